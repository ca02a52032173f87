{{/* What things are called, and what is said of each. It makes nothing. */}}

{{- define "longshore.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of what no namespace has, so that two releases do not meet. */}}
{{- define "longshore.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "longshore.name" .) -}}
{{- end -}}

{{- define "longshore.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "longshore.name" .) -}}
{{- end -}}

{{- define "longshore.claim" -}}
{{- .Values.storage.existingClaim | default (include "longshore.name" .) -}}
{{- end -}}

{{/* By which its pod is found; it never changes. */}}
{{- define "longshore.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "longshore.labels" -}}
{{ include "longshore.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{/* Names by which clients call the service. */}}
{{- define "longshore.hosts" -}}
{{- $name := include "longshore.name" . -}}
{{- $hosts := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) -}}
{{- if .Values.ingress.enabled -}}
{{- $hosts = append $hosts (required "ingress.host is needed: the name by which clients call it" .Values.ingress.host) -}}
{{- end -}}
{{- join "," (concat $hosts .Values.server.allowedHosts) -}}
{{- end -}}

{{/* Where pods of jobs reach the server. */}}
{{- define "longshore.podsUrl" -}}
{{- if .Values.jobRoles.url -}}
{{- .Values.jobRoles.url -}}
{{- else if .Values.ingress.enabled -}}
https://{{ .Values.ingress.host }}
{{- else -}}
{{- fail "jobRoles.url is needed: https:// where pods of jobs reach the server" -}}
{{- end -}}
{{- end -}}

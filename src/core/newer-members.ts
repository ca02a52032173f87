// Members of AWS Batch's API that AWS's models have by now (botocore 1.44.8) and those of the
// JavaScript SDK have not yet, as types. How they travel is service/batch/newer-members.ts. What
// the SDK has come to know is taken out of both.

import type {} from '@aws-sdk/client-batch';

declare module '@aws-sdk/client-batch' {
  interface EksAccessEntry {
    desiredState: string | undefined;
    /** Answered only. */
    status?: string | undefined;
  }
  interface EksConfiguration {
    accessEntry?: EksAccessEntry | undefined;
  }
  interface EksConfigurationUpdate {
    accessEntry?: EksAccessEntry | undefined;
  }
  interface UpdateComputeEnvironmentRequest {
    eksConfiguration?: EksConfigurationUpdate | undefined;
  }
  interface EksSeccompProfile {
    type: string | undefined;
    localhostProfile?: string | undefined;
  }
  interface EksContainerLinuxCapabilities {
    add?: string[] | undefined;
    drop?: string[] | undefined;
  }
  interface EksContainerSecurityContext {
    capabilities?: EksContainerLinuxCapabilities | undefined;
    seccompProfile?: EksSeccompProfile | undefined;
  }
  interface EksPodSecurityContext {
    runAsUser?: number | undefined;
    runAsGroup?: number | undefined;
    runAsNonRoot?: boolean | undefined;
    seccompProfile?: EksSeccompProfile | undefined;
    fsGroup?: number | undefined;
  }
  interface EksPodProperties {
    securityContext?: EksPodSecurityContext | undefined;
  }
  interface EksPodPropertiesDetail {
    securityContext?: EksPodSecurityContext | undefined;
  }
}

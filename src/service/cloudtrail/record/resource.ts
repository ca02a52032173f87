// The resources of a call by their ARNs: which an answer names, what CloudTrail calls their types,
// and how people call them.

/** CloudFormation's names, where they are not the ARN's own word in camel case. */
const names: Readonly<Record<string, string>> = {
  'ec2:vpc': 'VPC',
  'ec2:network-interface': 'NetworkInterface',
  'ec2:elastic-ip': 'EIP',
  'ec2:natgateway': 'NatGateway',
  'ec2:image': 'Ami',
  'iam:policy': 'ManagedPolicy',
  'iam:server-certificate': 'ServerCertificate',
  'logs:log-group': 'LogGroup',
  'secretsmanager:secret': 'Secret',
};

const services: Readonly<Record<string, string>> = {
  batch: 'Batch',
  cloudtrail: 'CloudTrail',
  ec2: 'EC2',
  ecs: 'ECS',
  eks: 'EKS',
  iam: 'IAM',
  logs: 'Logs',
  secretsmanager: 'SecretsManager',
  ssm: 'SSM',
  sts: 'STS',
};

/** E.g. `AWS::Batch::JobQueue`; undefined of an ARN of a form that nobody here knows. */
export function typeOf(arn: string): string | undefined {
  const [, , service = '', , , rest = '', more] = arn.split(':');
  const [word = ''] = rest.split('/', 1);
  // Their ARNs have no word for what they are.
  if (service === 'sns') return `AWS::SNS::${more === undefined ? 'Topic' : 'Subscription'}`;
  const of = services[service];
  if (of === undefined || !/^[a-z][a-z0-9-]*$/.test(word)) return undefined;
  return `AWS::${of}::${names[`${service}:${word}`] ?? camel(word)}`;
}

const camel = (word: string): string =>
  word.replace(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

/** What stands behind an ARN's type, as people call the resource: `q`, of a definition `d:1`. */
export function nameOf(arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  // Paths are no part of the names of IAM's.
  if (/^arn:[^:]*:iam:/.test(arn)) return resource.slice(resource.lastIndexOf('/') + 1);
  return resource.replace(/^(?:log-group|secret|[^/:]*\/)[:/]?/, '') || arn;
}

/** The ARNs that an answer names at its top, or one level below it. */
export function resourcesIn(elements: unknown): string[] {
  const found: string[] = [];
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [name, each] of Object.entries(value)) {
      if (typeof each === 'string' && /arn$/i.test(name) && each.startsWith('arn:'))
        found.push(each);
      else if (depth < 1) look(each, depth + 1);
    }
  };
  look(elements, 0);
  return found;
}

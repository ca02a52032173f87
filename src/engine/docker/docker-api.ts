// The parts of the Docker Engine API that this engine reads and writes, as types and nothing else
// (API 1.40 and later, https://docs.docker.com/reference/api/engine/). Members that are never read
// are left out.

/** Answer of `GET /version`. */
export interface VersionAnswer {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  readonly Components?: readonly { readonly Name: string; readonly Version: string }[];
}

/** Answer of `GET /info`. */
export interface InfoAnswer {
  readonly Plugins?: { readonly Log?: readonly string[] | null };
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  /** The storage driver. */
  readonly Driver?: string;
  readonly KernelVersion?: string;
  readonly OperatingSystem?: string;
  readonly OSType?: string;
  readonly Architecture?: string;
  readonly NCPU?: number;
  /** Bytes. */
  readonly MemTotal?: number;
  /** RFC 3339: the daemon's clock. */
  readonly SystemTime?: string;
}

/** One element of `GET /containers/json`. */
export interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** One element of `GET /networks`. */
export interface ListedNetwork {
  readonly Id: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
}

/** Answer of `GET /volumes`. */
export interface ListedVolumes {
  readonly Volumes?:
    | readonly {
        readonly Name: string;
        readonly Labels?: Readonly<Record<string, string>> | null;
      }[]
    | null;
}

/** Answer of `GET /containers/{id}/json`. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
  readonly Mounts?: readonly { readonly Type: string; readonly Name?: string }[];
  readonly State: {
    /** created, running, paused, restarting, removing, exited or dead. */
    readonly Status: string;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    /** 0 when it does not run. */
    readonly Pid: number;
    readonly Error: string;
    /** RFC 3339 with nanoseconds; the year 1 where it has not happened. */
    readonly StartedAt: string;
    readonly FinishedAt: string;
  };
}

/** Answer of `POST /containers/{id}/exec`. */
export interface ExecCreated {
  readonly Id: string;
}

/** Answer of `GET /exec/{id}/json`. */
export interface ExecInspected {
  readonly Running: boolean;
  readonly ExitCode?: number | null;
}

/** The same of a container that holds the namespaces of others. */
export type AnchorFound = Pick<InspectedContainer, 'Id'> & {
  readonly State: Pick<InspectedContainer['State'], 'Status'>;
};

/** One message of `GET /events`. */
export interface EventMessage {
  /** `exec_start: …` and the like carry more after the word. */
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

export interface LogConfig {
  readonly Type: string;
  readonly Config: Readonly<Record<string, string>>;
}

export interface DeviceMapping {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

export interface VolumeMount {
  readonly Type: 'volume';
  readonly Target: string;
  readonly ReadOnly: boolean;
  /** Absent: Docker makes an anonymous volume, which goes with the container. */
  readonly Source?: string;
  readonly VolumeOptions?: {
    readonly Labels?: Readonly<Record<string, string>>;
    /** What the image has at the place is not copied into it. */
    readonly NoCopy?: boolean;
    readonly DriverConfig?: {
      readonly Name: string;
      readonly Options: Readonly<Record<string, string>>;
    };
  };
}

/** Unlike one of `Binds`, the path must be there. */
export interface BindMount {
  readonly Type: 'bind';
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/** Body of `POST /containers/create`. */
export interface CreateBody {
  readonly Image: string;
  readonly Entrypoint?: readonly string[] | undefined;
  readonly Cmd?: readonly string[] | undefined;
  readonly Env: readonly string[];
  readonly User?: string | undefined;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: {
    readonly NetworkMode: string;
    readonly IpcMode?: string | undefined;
    readonly PidMode?: string | undefined;
    readonly ExtraHosts?: readonly string[] | undefined;
    readonly CpuShares: number;
    readonly Memory: number;
    readonly PidsLimit?: number | undefined;
    readonly MemorySwap?: number | undefined;
    readonly MemorySwappiness?: number | undefined;
    readonly Privileged?: boolean | undefined;
    readonly CapDrop?: readonly string[] | undefined;
    readonly ReadonlyRootfs?: boolean | undefined;
    readonly Init?: boolean | undefined;
    readonly ShmSize?: number | undefined;
    readonly Ulimits?:
      | readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[]
      | undefined;
    readonly Binds?: readonly string[] | undefined;
    readonly Mounts?: readonly (VolumeMount | BindMount)[] | undefined;
    /** Of the container's own layer; only some storage drivers have any. */
    readonly StorageOpt?: { readonly size: string } | undefined;
    readonly Tmpfs?: Readonly<Record<string, string>> | undefined;
    readonly Devices?: readonly DeviceMapping[] | undefined;
    readonly DeviceRequests?:
      | readonly {
          readonly Driver: string;
          readonly Count: number;
          readonly Capabilities: readonly (readonly string[])[];
        }[]
      | undefined;
    readonly LogConfig: LogConfig;
  };
  readonly NetworkingConfig?:
    | {
        readonly EndpointsConfig: Readonly<
          Record<string, { readonly IPAMConfig: { readonly IPv4Address: string } }>
        >;
      }
    | undefined;
}

/** The same of a container that holds the namespaces of others. */
export interface AnchorBody extends Pick<CreateBody, 'Image' | 'Labels' | 'NetworkingConfig'> {
  readonly HostConfig: Pick<
    CreateBody['HostConfig'],
    'NetworkMode' | 'IpcMode' | 'CapDrop' | 'ReadonlyRootfs' | 'ShmSize' | 'LogConfig'
  >;
}

// The disks of an instance: what its image maps, changed by its launch template, and by the call
// that launches it. EC2's rules; no disk is made here.

export interface BlockDevice {
  /** `/dev/xvda`. */
  readonly deviceName: string;
  readonly ebs?: EbsVolume | undefined;
  /** `ephemeral0` …: a disk of instance storage. */
  readonly virtualName?: string | undefined;
  /** The device is not mapped, though the image maps it. */
  readonly noDevice?: boolean | undefined;
}

interface EbsVolume {
  readonly volumeSizeGib?: number | undefined;
  readonly volumeType?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly deleteOnTermination?: boolean | undefined;
}

/**
 * Later lists change earlier ones device by device: what they say of a volume counts, what they do
 * not say stays; a volume takes the place of instance storage and the other way round; `noDevice`
 * takes a device away. Devices keep their first order.
 */
export function mergeBlockDevices(
  ...lists: readonly (readonly BlockDevice[])[]
): readonly BlockDevice[] {
  const devices = new Map<string, BlockDevice>();
  for (const change of lists.flat()) {
    if (change.noDevice === true) {
      devices.delete(change.deviceName);
      continue;
    }
    const before = devices.get(change.deviceName);
    devices.set(
      change.deviceName,
      change.virtualName === undefined
        ? { deviceName: change.deviceName, ebs: { ...before?.ebs, ...definedOf(change.ebs) } }
        : { deviceName: change.deviceName, virtualName: change.virtualName },
    );
  }
  return [...devices.values()];
}

function definedOf(volume: EbsVolume | undefined): EbsVolume {
  return Object.fromEntries(
    Object.entries(volume ?? {}).filter(([, value]) => value !== undefined),
  );
}

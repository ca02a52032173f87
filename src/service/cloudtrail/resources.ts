// What CloudTrail keeps: trails, and how far each has come, by name. Values in the space
// `cloudtrail` of each account and region; a trail that is for all regions stands in its own.

import type { Scope } from '../../base/ids.ts';
import type { ResourceDraft, ResourceView } from '../resource-space.ts';

export interface Trail {
  readonly name: string;
  /** The account and region that it was made in. */
  readonly home: Scope;
  readonly bucket: string;
  readonly keyPrefix?: string | undefined;
  /** Records of IAM and STS, whichever region they are of. */
  readonly hasGlobalServices: boolean;
  readonly isMultiRegion: boolean;
  /** Digest files are delivered beside its own; absent: none. */
  readonly isValidated?: boolean | undefined;
  readonly selector?: Selector | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which records a trail is for; absent: all. */
export interface Selector {
  readonly records: 'All' | 'ReadOnly' | 'WriteOnly';
  readonly hasManagement: boolean;
  /** Sources of whose records it has none, e.g. `kms.amazonaws.com`. */
  readonly without: readonly string[];
}

/** How far a trail has come: whatever is above the mark is still to be delivered. */
export interface Delivery {
  readonly isLogging: boolean;
  /** The number of the last record that is delivered, or is not for it. */
  readonly mark: number;
  /** When it logs and logged: those that are delivered, and the last one, may stand here yet. */
  readonly windows: readonly LoggingWindow[];
  readonly startedAtMs?: number | undefined;
  readonly stoppedAtMs?: number | undefined;
  readonly deliveredAtMs?: number | undefined;
  /** The last try that went wrong, where none has gone well since. */
  readonly failure?: { readonly atMs: number; readonly why: string } | undefined;
  readonly digest?: DigestState | undefined;
}

/** Both times are in it; without an end it is open. */
interface LoggingWindow {
  readonly fromMs: number;
  readonly toMs?: number | undefined;
}

/** The chain of digests as far as it has come, and what the next ones will tell of. */
export interface DigestState {
  readonly sinceMs: number;
  /** By region. */
  readonly files: Readonly<Record<string, readonly DeliveredFile[]>>;
  readonly previous: Readonly<Record<string, PreviousDigest>>;
  readonly digestedAtMs?: number | undefined;
}

export interface DeliveredFile {
  readonly bucket: string;
  readonly key: string;
  /** SHA-256 of its text in hexadecimal. */
  readonly hash: string;
  /** Times of its records, as they stand in them. */
  readonly newest: string;
  readonly oldest: string;
}

export interface PreviousDigest extends Pick<DeliveredFile, 'bucket' | 'key' | 'hash'> {
  readonly signature: string;
}

/** What signs the digests of an account and region, its private half sealed. */
interface DigestKey {
  readonly fingerprint: string;
  /** PKCS #1, DER, in base64. */
  readonly publicKey: string;
  readonly sealed: string;
  readonly madeAtMs: number;
}

export interface TrailKinds {
  readonly trail: Trail;
  readonly delivery: Delivery;
  readonly 'digest-key': DigestKey;
}

export type TrailView = ResourceView<TrailKinds>;
export type TrailDraft = ResourceDraft<TrailKinds>;

export const notDelivered: Delivery = { isLogging: false, mark: 0, windows: [] };

// Which operations may go on where the disk is nearly full: whatever reads, ends, gives back or
// changes in place. Everything that keeps more than before is refused until there is room, and
// nothing of it is begun.

const reads = /^(Describe|Get|BatchGet|List|Filter|Search|Lookup|Simulate|Assume|Decode|Test)/;
const givesBack =
  /^(Cancel|Terminate|Delete|Deregister|Stop|Reboot|Untag|Unlabel|Restore|Remove|Detach|Disassociate|Revoke|Release|Disable|Update|Modify|Replace|Set|Unsubscribe)/;
/** They remove logs and secrets. */
const others = new Set(['PutRetentionPolicy', 'DeauthorizeConnection']);

/** Whether the operation keeps more on the disk. */
export const grows = (operation: string): boolean =>
  !reads.test(operation) && !givesBack.test(operation) && !others.has(operation);

/** Retryable: there will be room, or somebody is making it. */
export const diskFull =
  'The disk of the server is nearly full. Nothing new is taken until there is room; try again later.';

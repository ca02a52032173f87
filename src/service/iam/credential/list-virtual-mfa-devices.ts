// ListVirtualMFADevices: there are none, for none can be made.

import type {
  ListVirtualMFADevicesCommandInput,
  ListVirtualMFADevicesCommandOutput,
} from '@aws-sdk/client-iam';
import { onAll } from '../../access.ts';
import type { IamOperation } from '../deps.ts';
import { page } from '../page.ts';

export const listVirtualMFADevices: IamOperation<
  ListVirtualMFADevicesCommandInput,
  ListVirtualMFADevicesCommandOutput
> = {
  authorizes: () => onAll('iam:ListVirtualMFADevices'),

  handle(_deps, input) {
    const { items, ...more } = page<never>([], () => '', input);
    return { VirtualMFADevices: [...items], ...more };
  },
};

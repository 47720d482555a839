// Cookies of links that go to many places: one for each, in the same order.

import { ValueError } from '../../base/index.ts';

/** The cookies, if there are any. @throws ValueError unless there are as many as places. */
export function checkedCookies(cookies: readonly bigint[] | undefined, places: number): readonly bigint[] | undefined {
  if (!cookies || cookies.length === places) return cookies;
  throw new ValueError('cookies', `${cookies.length} cookies for ${places} places`);
}

/** The cookies as the kernel takes them. */
export function cookieBytes(cookies: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(cookies).buffer);
}

import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv4 } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Addresses that are not of the public network (IANA's special-purpose registries, RFC 6890 and what it names). */
const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, bits, 'ipv4');

/** Of version 6 only what is given out for the public network (2000::/3) is public, without what is special there. */
const given = new BlockList();
given.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, bits, 'ipv6');

/** Networks of version 6 in whose addresses one of version 4 stands, and at which byte (RFC 4291, 6052, 3056). */
const embedding = [
  ['::ffff:0:0', 96, 12],
  ['64:ff9b::', 96, 12],
  ['2002::', 16, 2],
] as const;

/** Whether an address is of this machine or of a network that is nobody else's; what is no address is. */
export function isPrivateAddress(text: string): boolean {
  const address = text.replace(/%.*$/s, '');
  if (isIPv4(address)) return special.check(address, 'ipv4');
  if (isIP(address) !== 6) return true;
  for (const [network, bits, at] of embedding) {
    const list = new BlockList();
    list.addSubnet(network, bits, 'ipv6');
    if (list.check(address, 'ipv6'))
      return special.check(
        bytesOf(address)
          .slice(at, at + 4)
          .join('.'),
        'ipv4',
      );
  }
  return !given.check(address, 'ipv6') || special.check(address, 'ipv6');
}

/** The 16 bytes of an address of version 6. */
function bytesOf(address: string): number[] {
  // A URL writes it in one way, without an address of version 4 in it (WHATWG URL, "IPv6 serializer").
  const { hostname } = new URL(`http://[${address}]/`);
  const [before = '', after] = hostname.slice(1, -1).split('::');
  const words = (text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : text.split(':');
  const [head, tail] = [words(before), words(after)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].flatMap((word) => {
    const value = Number.parseInt(word, 16);
    return [value >> 8, value & 255];
  });
}

/** Which addresses are private, and how names are looked up; tests have their own. */
export interface Addresses {
  isPrivate(address: string): boolean;
  readonly lookup: LookupFunction;
}

export const realAddresses: Addresses = {
  isPrivate: isPrivateAddress,
  lookup: lookup,
};

/** Thrown while connecting; never leaves the folder. */
export class PrivateAddressError extends Error {
  /** As it is to be said. */
  readonly address: string;

  constructor(address: string) {
    super(`${address} is private`);
    this.address = address;
  }
}

/** The address that a URL names itself; undefined: it has a name to be looked up. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return bare;
  // Whatever else is asked for it (RFC 6761, 6.3).
  return /(?:^|\.)localhost\.?$/i.test(hostname) ? '127.0.0.1' : undefined;
}

/** Looks names up as `addresses` does, and gives public addresses alone: one that has no other is an error. */
export function publicLookup({ isPrivate, lookup: look }: Addresses): LookupFunction {
  return (host, options, callback) => {
    look(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [], 0);
      const all = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const open = all.filter(({ address }) => !isPrivate(address));
      const [first] = open;
      if (first === undefined) {
        const shown = `${host} (${all[0]?.address ?? 'no address'})`;
        return callback(new PrivateAddressError(shown), [], 0);
      }
      if (options.all === true) return callback(null, open);
      callback(null, first.address, first.family);
    });
  };
}

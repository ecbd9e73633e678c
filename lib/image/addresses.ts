// Which addresses of the internet a picture may come from: public ones. Everything else (this machine, its own network,
// what a cloud tells its machines) is refused, however the address is written.

import { BlockList, isIPv4, isIPv6 } from "node:net";

// IANA's special-purpose registry, what is not globally reachable in it, and a public address that only looks like one.
const refusedIPv4: readonly (readonly [address: string, bits: number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // the host of an Azure machine
  ["169.254.0.0", 16], // link-local: also the metadata of clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];
// Only 2000::/3 is global unicast, so loopback, link-local, private and multicast ones are outside of it anyway.
const globalIPv6 = ["2000::", 3] as const;
const refusedIPv6: readonly (readonly [address: string, bits: number])[] = [
  ["2001::", 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: holds any IPv4 address
  ["3fff::", 20], // documentation
];
// These hold an IPv4 address in their last 32 bits, which is the one that counts: mapped, and NAT64, by which a network
// without IPv4 reaches all of it.
const holdingIPv4 = [
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
] as const;

const refused4 = list(refusedIPv4, "ipv4");
const refused6 = list(refusedIPv6, "ipv6");
const global6 = list([globalIPv6], "ipv6");
const holding4 = list(holdingIPv4, "ipv6");

function list(ranges: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const blockList = new BlockList();
  for (const [address, bits] of ranges) blockList.addSubnet(address, bits, family);
  return blockList;
}

/** Whether an IP address is a public one; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refused4.check(address, "ipv4");
  // A zone ("%eth0") belongs to a link, and is no part of a public address.
  if (!isIPv6(address) || address.includes("%")) return false;
  if (holding4.check(address, "ipv6")) return isPublicAddress(lastIPv4(address));
  return global6.check(address, "ipv6") && !refused6.check(address, "ipv6");
}

// URL writes an IPv6 address in one way only: groups in hexadecimal, the longest run of zeros left out.
function lastIPv4(address: string): string {
  const [high = 0, low = 0] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split(":")
    .slice(-2)
    .map((group) => Number.parseInt(group || "0", 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

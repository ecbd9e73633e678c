// Which addresses count as public, however they are written.

import { describe, expect, test } from "vitest";
import { isPublicAddress } from "../../dist/image/addresses.js";

// First, last and one in the middle of each refused range, and its neighbours outside.
const refused = [
  "0.0.0.0 0.255.255.255 10.0.0.0 10.1.2.3 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255",
  "127.0.0.0 127.0.0.1 127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 169.254.255.255",
  "172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192 192.0.0.255 192.0.2.1 192.88.99.1 192.168.0.0 192.168.255.255",
  "198.18.0.0 198.19.255.255 198.51.100.7 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255",
]
  .join(" ")
  .split(" ");
const allowed = [
  "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15",
  "168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255",
  "192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.114.0 223.255.255.255 8.8.8.8",
]
  .join(" ")
  .split(" ");

const groups = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};
// Ways to hold an IPv4 address that reach it.
const holding: [name: string, write: (address: string) => string][] = [
  ["itself", (address) => address],
  ["mapped", (address) => `::ffff:${address}`],
  ["mapped, in hexadecimal", (address) => `::ffff:${groups(address)}`],
  ["mapped, written out", (address) => `0000:0000:0000:0000:0000:FFFF:${groups(address)}`],
  ["NAT64", (address) => `64:ff9b::${address}`],
  ["NAT64, written out", (address) => `64:ff9b:0:0:0:0:${groups(address)}`],
];

describe("IPv4 addresses", () => {
  test.each(holding)("that are not public are refused as %s", (_, write) => {
    expect(refused.map(write).filter(isPublicAddress)).toEqual([]);
  });

  test.each(holding)("that are public are allowed as %s", (_, write) => {
    expect(allowed.map(write).filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

describe("IPv6 addresses", () => {
  test.each([
    ["unspecified and loopback", ["::", "::1", "0:0:0:0:0:0:0:1"]],
    ["compatible with IPv4, public or not", ["::127.0.0.1", "::8.8.8.8"]],
    ["link-local, with a zone or without", ["fe80::1", "fe80::1%eth0", "febf::1"]],
    ["site-local and unique local", ["fec0::1", "fc00::1", "fd00:ec2::254", "fdff::1"]],
    ["multicast", ["ff02::1", "ff0e::1"]],
    ["for documentation", ["2001:db8::1", "3fff::1", "3fff:fff:ffff::1"]],
    [
      "Teredo, ORCHID and other protocols'",
      ["2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1"],
    ],
    ["6to4, whatever is in it", ["2002:7f00:1::", "2002:808:808::1"]],
    ["of a local NAT64", ["64:ff9b:1::7f00:1", "64:ff9b:1::808:808"]],
    ["outside of the global range", ["100::1", "1fff::1", "4000::1", "5f00::1"]],
    ["global ones with a zone", ["2606:4700::1111%eth0"]],
  ])("%s are refused", (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test("that are global are allowed", () => {
    const addresses = [
      "2606:4700::1111",
      "2001:4860:4860::8888",
      "2001:200::1",
      "2003::1",
      "2a00:1450::1",
      "3ffe::1",
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });
});

test("what is no address is not public", () => {
  for (const text of ["", "localhost", "8.8.8", "8.8.8.8.8", "[2606:4700::1111]", "0x8.8.8.8"])
    expect(isPublicAddress(text)).toBe(false);
});

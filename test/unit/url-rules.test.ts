// The option allowUrls, and which addresses it lets through.

import { describe, expect, test } from "vitest";
import { nextUrl } from "../../dist/image/download.js";
import { checkUrl, noUrls, parseAllowUrls } from "../../dist/image/url-rules.js";

const allows = (option: unknown, address: string, from?: string) => {
  try {
    checkUrl(new URL(address), parseAllowUrls(option), from === undefined ? undefined : new URL(from));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "NETWORK_NOT_ALLOWED" });
    return false;
  }
};

describe("allowUrls", () => {
  test("is off by default, and its error names it", () => {
    expect(parseAllowUrls(undefined)).toBe(noUrls);
    expect(parseAllowUrls(false)).toBe(noUrls);
    expect(() => checkUrl(new URL("https://example.org/a.png"), noUrls)).toThrow(
      expect.objectContaining({
        code: "NETWORK_NOT_ALLOWED",
        message: expect.stringMatching(/example\.org\/a\.png.*allowUrls/),
        hint: expect.stringContaining("allowUrls: [host]"),
        detail: { host: "example.org", option: "allowUrls" },
      }),
    );
  });

  test.each<[option: unknown, good: string[], bad: string[]]>([
    [true, ["http://a.org/x", "https://b.net:8443/"], ["ftp://a.org/x", "file:///etc/passwd", "data:,x"]],
    [
      ["images.example.org"],
      ["https://images.example.org/a", "http://IMAGES.example.ORG:80/", "https://images.example.org:443/"],
      ["https://example.org/", "https://images.example.org.evil.net/", "https://images.example.org:8443/"],
    ],
    [
      ["example.org:8443"],
      ["https://example.org:8443/"],
      ["https://example.org/", "https://example.org:84/"],
    ],
    [
      ["example.org:443"],
      ["https://example.org/", "https://example.org:443/", "http://example.org:443/"],
      ["http://example.org/", "https://example.org:80/", "https://example.org:8443/"],
    ],
    [
      ["example.org:80", "*.example.net:080"],
      ["http://example.org/", "https://example.org:80/", "http://a.example.net/"],
      ["https://example.org/", "http://example.org:443/", "https://a.example.net/"],
    ],
    [["[2606:4700::1111]:80"], ["http://[2606:4700:0::1111]/"], ["https://[2606:4700::1111]/"]],
    [
      ["*.example.org", "b.net"],
      ["https://a.example.org/", "https://b.a.example.org/", "https://b.net/"],
      ["https://example.org/", "https://aexample.org/", "https://a.b.net/", "https://a.example.org:81/"],
    ],
    [
      ["BÜCHER.example"],
      ["https://bücher.example/", "https://xn--bcher-kva.example/"],
      ["https://bucher.example/"],
    ],
    [["[2606:4700::1111]"], ["https://[2606:4700:0::1111]/"], ["https://[2606:4700::1112]/"]],
    // One host in a few ways to write it.
    [["1.2.3.4"], ["http://1.2.3.4/", "http://0x01020304/", "http://16909060/"], ["http://1.2.3.5/"]],
  ])("%j", (option, good, bad) => {
    expect(good.filter((address) => !allows(option, address))).toEqual([]);
    expect(bad.filter((address) => allows(option, address))).toEqual([]);
  });

  test.each([
    ["https://example.org"],
    ["example.org/path"],
    ["user@example.org"],
    ["*"],
    ["a.*.org"],
    ["*example.org"],
    [""],
    ["exa mple.org"],
    ["example.org:99999"],
    ["example.org?x"],
    [5],
    [null],
  ])("a list with %j is OPTION_INVALID", (entry) => {
    expect(() => parseAllowUrls(["good.org", entry])).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        detail: expect.objectContaining({ option: "allowUrls[1]" }),
      }),
    );
  });

  test.each([["example.org"], [[]], [1], [null], [{}]])("%j is OPTION_INVALID", (option) => {
    expect(() => parseAllowUrls(option)).toThrow(
      expect.objectContaining({
        code: "OPTION_INVALID",
        message: expect.stringMatching(/allowUrls.*list of hosts/),
      }),
    );
  });
});

describe("an address", () => {
  test("with a user name or a password is refused, and neither is shown", () => {
    for (const address of ["https://user:c2VjcmV0@a.org/", "https://c2VjcmV0@a.org/x?c2VjcmV0#c2VjcmV0"]) {
      let error: unknown;
      try {
        checkUrl(new URL(address), parseAllowUrls(true));
      } catch (caught) {
        error = caught;
      }
      expect(error).toMatchObject({
        code: "NETWORK_NOT_ALLOWED",
        message: expect.stringMatching(/user name/),
      });
      expect(JSON.stringify(error) + String(error)).not.toContain("c2VjcmV0");
    }
  });
});

describe("a redirect", () => {
  const from = "https://a.org/dir/one.png";
  const next = (location: string, option: unknown = true) =>
    nextUrl(new URL(from), location, parseAllowUrls(option));

  test("may be relative, and may go from http: to https:", () => {
    expect(next("two.png").href).toBe("https://a.org/dir/two.png");
    expect(next("//b.org/three.png").href).toBe("https://b.org/three.png");
    expect(allows(true, "https://a.org/", "http://a.org/")).toBe(true);
  });

  test.each([
    ["http://a.org/x.png", /not encrypted any more/],
    ["ftp://a.org/x.png", /neither http: nor https:/],
    ["file:///etc/passwd", /neither/],
    ["data:image/png;base64,AAAA", /neither/],
    ["https://user:secret@a.org/", /user name/],
  ])("to %s is refused", (location, message) => {
    expect(() => next(location)).toThrow(
      expect.objectContaining({ code: "NETWORK_NOT_ALLOWED", message: expect.stringMatching(message) }),
    );
  });

  test("to a host that is not in the list is refused, and says where it came from", () => {
    expect(() => next("https://b.org/x.png?secret", ["a.org"])).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/b\.org\/x\.png, to which https:\/\/a\.org\/dir\/one\.png redirects/),
        detail: { host: "b.org", option: "allowUrls" },
      }),
    );
  });

  test("to what is no address is NETWORK_FAILED", () => {
    expect(() => next("https://")).toThrow(expect.objectContaining({ code: "NETWORK_FAILED" }));
  });
});

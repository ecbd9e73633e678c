// Addresses as messages show them: no user, password, query or fragment, and no secret of the path.

import { describe, expect, test } from "vitest";
import { shownAddress, showUrl, withoutSecrets, withShownAddresses } from "../../dist/image/address-text.js";

describe("addresses in messages", () => {
  test.each([
    ["https://u:p@a.org:81/b/c.png?q#f", "https://a.org:81/b/c.png"],
    ["rtsp://cam/live?user=admin&password=SECRET", "rtsp://cam/live"],
    ["rtsp://admin:SEC@RET@cam:554/live", "rtsp://cam:554/live"],
    ["rtp://admin:SEC@RET@:5004?key=SECRET", "rtp://:5004"], // which URL does not parse
    ["https://h/a.jpg?X-Amz-Signature=SECRET#SECRET", "https://h/a.jpg"],
    ["rtsp://cam/user=SECRET&password=SECRET&channel=1", "rtsp://cam/user=…&password=…&channel=1"],
    [
      "rtsp://cam:554/user=SECRET_password=SEC_RET_channel=1_stream=0.sdp?real_stream",
      "rtsp://cam:554/user=…_password=…_channel=1_stream=0.sdp",
    ],
    ["rtsp://[cam/a;Passwd=SECRET;x=1?SECRET", "rtsp://[cam/a;Passwd=…;x=1"], // nor this one
    ["https://h/v1/api_key=SECRET/x.jpg", "https://h/v1/api_key=…/x.jpg"],
    ["blob:nodedata:1", "blob:nodedata:1"],
  ])("%s is shown without its keys", (text, shown) => {
    expect(shownAddress(text)).toBe(shown);
    expect(shownAddress(shown)).toBe(shown); // ffmpeg's words about it are cleaned twice
    if (!text.includes("//")) return;
    expect(withShownAddresses(`${text}: Connection refused`)).toBe(`${shown}: Connection refused`);
    expect(withShownAddresses(`[in#0] cannot open '${text}' (x)`)).not.toMatch(/SEC|RET/);
  });

  test("are not shown in full length", () => {
    expect(showUrl(new URL(`https://a.org/${"x".repeat(5000)}`)).length).toBeLessThan(400);
  });
});

describe("a path", () => {
  const secrets =
    "user username usr_login pass passwd password pwd token access_token key apikey api-key secret"
      .concat(" client_secret auth Authorization sig signature credential session_id")
      .split(" ");
  test.each(secrets)("is shown without the value of %s", (name) => {
    expect(withoutSecrets(`/a/${name}=x=y_z==/b`)).toBe(`/a/${name}=…/b`);
  });

  test("keeps what is no secret's value", () => {
    const path = "/keys/user/channel=1;stream=main_0,x=2&token";
    expect(withoutSecrets(path)).toBe(path);
  });

  test("of a hostile server is looked through once, however long", () => {
    const path = `/${"user_token_".repeat(200_000)}`;
    expect(withoutSecrets(path)).toBe(path);
  });
});

/* How does a link carry push id and key? As core/link.py; tests/vectors hold both to it. */
(function (pushpw) {
  "use strict";

  const ID = 16, KEY = 32, TICKET = 16, CHECK = 3;
  const VERSION = "1";
  const ALPHABET = /^[A-Za-z0-9_-]*$/;
  const ascii = new TextEncoder();

  /** One of this page's own refusals: `code` is the state that tells it. Never carries a secret. */
  class Refusal extends Error {
    constructor(code) {
      super(code);
      this.code = code;
    }
  }

  /** base64url without padding (RFC 4648, section 5). */
  function encode(bytes) {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      binary += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
    }
    return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  /** Strict: no padding, no other characters, no nonzero spare bits, `size` bytes if given. */
  function decode(text, size) {
    if (typeof text !== "string" || !ALPHABET.test(text) || text.length % 4 === 1) {
      throw new Refusal("malformed");
    }
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    // Two spellings of the same bytes would be two links for one push.
    if (encode(bytes) !== text || (size !== undefined && bytes.length !== size)) {
      throw new Refusal("malformed");
    }
    return bytes;
  }

  function join(...parts) {
    const bytes = parts.map((part) => (typeof part === "string" ? ascii.encode(part) : part));
    const whole = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of bytes) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async function checkOf(mode, id, key) {
    const said = join("pushpw/v1/check", VERSION, mode, id, key);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", said)).subarray(0, CHECK);
  }

  function tried(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /** Path and fragment as they were meant: mail gateways turn `#` into `%23`, sometimes twice. */
  function repair(pathname, hash) {
    const fragment = hash.replace(/^#/, "");
    if (fragment) {
      return { path: pathname, fragment, repaired: false };
    }
    const [path, ...rest] = tried(tried(pathname)).split("#");
    return { path, fragment: rest.join("#"), repaired: rest.length > 0 };
  }

  /** {id, key, mode, ticket, idText, repaired} or a Refusal "incomplete_link"; nobody is asked. */
  async function parse(pathname, hash) {
    const { path, fragment, repaired } = repair(pathname, hash);
    try {
      const link = await read(path, fragment);
      return { ...link, fragment, repaired };
    } catch {
      throw new Refusal("incomplete_link");
    }
  }

  async function read(path, fragment) {
    const idText = path.replace(/^\/p\//, "");
    const id = decode(idText, ID);
    const dot = fragment.indexOf(".");
    const secret = dot < 0 ? fragment : fragment.slice(0, dot);
    const version = secret.slice(0, 1), mode = secret.slice(1, 2);
    if (version !== VERSION || (mode !== "o" && mode !== "p")) {
      throw new Refusal("malformed");
    }
    const key = decode(secret.slice(6), KEY);
    const ticket = dot < 0 ? null : encode(decode(fragment.slice(dot + 1), TICKET));
    const check = decode(secret.slice(2, 6), CHECK);
    if (encode(check) !== encode(await checkOf(mode, id, key))) {
      throw new Refusal("malformed");
    }
    return { id, idText, key, mode, ticket };
  }

  pushpw.Refusal = Refusal;
  pushpw.link = Object.freeze({ encode, decode, join, parse });
})((self.pushpw = self.pushpw || {}));

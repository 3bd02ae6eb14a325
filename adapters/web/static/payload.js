/* What is inside the seal? As core/payload.py; tests/vectors hold both to it. */
(function (pushpw) {
  "use strict";

  const BLOCK = 256, HEADER_MOST = 64 * 1024, DEEPEST = 16;
  const KINDS = ["text", "files", "fields"];

  const damaged = () => new pushpw.Refusal("damaged");

  /** Strict UTF-8; a byte order mark is a character like any other and stays. */
  function utf8(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw damaged();
    }
  }

  /* JSON.parse takes a key twice and any number, so a header could mean one thing to the sender's
     side and another here. This reader is the same small language that core/payload.py reads. */
  class HeaderReader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }

    whole() {
      const value = this.value(DEEPEST);
      this.blank();
      if (this.at !== this.text.length) {
        throw damaged();
      }
      return value;
    }

    value(deeper) {
      this.blank();
      const first = this.text[this.at];
      if (first === "{" || first === "[") {
        if (deeper === 0) {
          throw damaged();
        }
        this.at += 1;
        return first === "{" ? this.object(deeper - 1) : this.list(deeper - 1);
      }
      return first === '"' ? this.string() : this.word();
    }

    object(deeper) {
      const found = Object.create(null); // so that "__proto__" is a key like any other
      if (this.took("}")) {
        return found;
      }
      do {
        this.blank();
        const key = this.string();
        this.must(":");
        if (key in found) {
          throw damaged();
        }
        found[key] = this.value(deeper);
      } while (this.took(","));
      this.must("}");
      return found;
    }

    list(deeper) {
      const found = [];
      if (this.took("]")) {
        return found;
      }
      do {
        found.push(this.value(deeper));
      } while (this.took(","));
      this.must("]");
      return found;
    }

    string() {
      const matched = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
      const text = JSON.parse(matched);
      if (/\p{Surrogate}/u.test(text)) {
        throw damaged();
      }
      return text;
    }

    word() {
      const matched = this.match(/true|false|null|-?(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y);
      const value = JSON.parse(matched);
      if (typeof value === "number" && !Number.isSafeInteger(value)) {
        throw damaged();
      }
      return value;
    }

    match(pattern) {
      pattern.lastIndex = this.at;
      const found = pattern.exec(this.text);
      if (!found) {
        throw damaged();
      }
      this.at = pattern.lastIndex;
      return found[0];
    }

    blank() {
      this.match(/[ \t\n\r]*/y);
    }

    took(sign) {
      this.blank();
      const there = this.text[this.at] === sign;
      this.at += there ? 1 : 0;
      return there;
    }

    must(sign) {
      if (!this.took(sign)) {
        throw damaged();
      }
    }
  }

  /** {kind, data, facts}, or a Refusal: "damaged", or "newer_version" for a kind unknown here. */
  function unframe(frame) {
    if (frame.length < 4 || frame.length % BLOCK) {
      throw damaged();
    }
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    if (length > HEADER_MOST || 4 + length > frame.length) {
      throw damaged();
    }
    const header = new HeaderReader(utf8(frame.subarray(4, 4 + length))).whole();
    if (header === null || typeof header !== "object" || Array.isArray(header)) {
      throw damaged();
    }
    const { kind, size, ...facts } = header;
    if (typeof kind !== "string" || typeof size !== "number" || size < 0) {
      throw damaged();
    }
    const end = 4 + length + size;
    // Exactly the shortest padding, and all of it zero: one payload has one frame for a given header.
    if (end > frame.length || frame.length - end >= BLOCK || frame.subarray(end).some((byte) => byte !== 0)) {
      throw damaged();
    }
    if (!KINDS.includes(kind)) {
      throw new pushpw.Refusal("newer_version");
    }
    const data = frame.slice(4 + length, end);
    return { kind, data, facts, text: kind === "text" ? utf8(data) : null };
  }

  pushpw.payload = Object.freeze({ unframe });
})((self.pushpw = self.pushpw || {}));

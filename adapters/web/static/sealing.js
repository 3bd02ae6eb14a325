/* How is a payload unlocked? Sealing, format 1, as core/sealing.py; tests/vectors hold both to it. */
(function (pushpw) {
  "use strict";

  const { join } = pushpw.link;
  const CHUNK = 16 * 1024, TAG = 16, SALT = 24, COMMITMENT = 32;
  const ROUNDS = 600000;
  const ALGORITHM = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

  /** RFC 5869's second step alone, with HMAC-SHA-512. */
  async function expand(key, info, size) {
    const mac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
    let made = new Uint8Array(0), block = made;
    for (let counter = 1; made.length < size; counter += 1) {
      block = new Uint8Array(await crypto.subtle.sign("HMAC", mac, join(block, info, Uint8Array.of(counter))));
      made = join(made, block);
    }
    return made.slice(0, size);
  }

  /** The 32-byte input key of the seal; with a passphrase this takes a moment, on purpose. */
  async function inputKey(key, passphrase) {
    if (!passphrase) {
      return expand(key, join("pushpw/v1/ik/open"), 32);
    }
    const salt = await expand(key, join("pushpw/v1/salt"), 16);
    const words = new TextEncoder().encode(passphrase.normalize("NFKC"));
    const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    const stretched = new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
    return expand(key, join("pushpw/v1/ik/pass\0", stretched), 32);
  }

  const linkProof = (key, id) => expand(key, join("pushpw/v1/proof/link", id), 32);
  const passProof = (sealingKey, id) => expand(sealingKey, join("pushpw/v1/proof/pass", id), 32);

  async function schedule(sealingKey, mode, id, salt) {
    const context = join("pushpw/v1\0", mode, id);
    const made = await expand(sealingKey, join(ALGORITHM, salt, context), 76);
    return { chunkKey: made.subarray(0, 32), baseNonce: made.subarray(32, 44), commitment: made.subarray(44) };
  }

  function nonceOf(baseNonce, number) {
    const nonce = baseNonce.slice();
    const last = new DataView(nonce.buffer, 8, 4);
    last.setUint32(0, last.getUint32(0) ^ number);
    return nonce;
  }

  function same(one, other) {
    let differs = one.length ^ other.length;
    for (let at = 0; at < other.length; at += 1) {
      differs |= one[at] ^ other[at];
    }
    return differs === 0;
  }

  /** The frame in `sealed`, or a Refusal "damaged" when any bit is off. */
  async function open(sealed, sealingKey, mode, id) {
    const body = sealed.subarray(SALT + COMMITMENT);
    if (body.length % (CHUNK + TAG) < TAG) { // too short to end in a chunk of its own
      throw new pushpw.Refusal("damaged");
    }
    const keys = await schedule(sealingKey, mode, id, sealed.subarray(0, SALT));
    // The commitment first: AES-GCM alone would let one text open under two keys.
    if (!same(sealed.subarray(SALT, SALT + COMMITMENT), keys.commitment)) {
      throw new pushpw.Refusal("damaged");
    }
    const aead = await crypto.subtle.importKey("raw", keys.chunkKey, "AES-GCM", false, ["decrypt"]);
    const chunks = [];
    try {
      for (let at = 0, number = 0; at < body.length; at += CHUNK + TAG, number += 1) {
        const how = { name: "AES-GCM", iv: nonceOf(keys.baseNonce, number), tagLength: 128 };
        chunks.push(new Uint8Array(await crypto.subtle.decrypt(how, aead, body.subarray(at, at + CHUNK + TAG))));
      }
    } catch {
      throw new pushpw.Refusal("damaged");
    }
    return join(...chunks);
  }

  pushpw.sealing = Object.freeze({ inputKey, linkProof, passProof, open });
})((self.pushpw = self.pushpw || {}));

/* What happens from the opened link to the forgotten secret? */
(function (pushpw) {
  "use strict";

  const { link: links, sealing, payload, scenes, clipboard } = pushpw;
  const { ask, claims } = pushpw.exchange;
  const RESUME_WITHIN = 10 * 60 * 1000; // after that a reload waits for a new press
  const GRACE = 60 * 1000;
  const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds between tries
  const DOTS = "\u2022".repeat(12); // always twelve: hidden, a secret tells nothing of its length

  class Retrieval {
    constructor() {
      this.turn = 0; // what a slower, older step brings home is dropped
      this.countdown = 0;
      this.reset();
    }

    reset() {
      this.turn += 1;
      clearInterval(this.countdown);
      this.copying?.drop();
      this.link = this.claim = this.proofs = this.sealingKey = this.held = this.copying = this.granted = null;
      this.passphrase = "";
      this.tries = 0;
      this.resumed = this.acknowledged = false;
      for (const place of document.querySelectorAll("[data-payload], [data-field]")) {
        place.textContent = place.value = "";
      }
    }

    /** Read the link and show the step, or go on where a reload or a dropped line has interrupted. */
    async begin(quietly) {
      this.reset();
      const turn = this.turn;
      try {
        this.link = await links.parse(location.pathname, location.hash);
      } catch {
        const spent = claims.isSpent(location.pathname.slice("/p/".length));
        return scenes.show(spent ? "gone" : "incomplete", {}, quietly);
      }
      if (turn !== this.turn) {
        return undefined;
      }
      if (this.link.repaired) {
        history.replaceState(null, "", "/p/" + this.link.idText + "#" + this.link.fragment);
      }
      return this.resume(quietly);
    }

    resume(quietly) {
      this.claim = claims.pending(this.link.idText);
      this.resumed = this.claim !== null && Date.now() - this.claim.made < RESUME_WITHIN;
      if (this.link.mode === "p") {
        return scenes.show(this.resumed ? "again" : "step_p", {}, quietly);
      }
      return this.resumed ? this.open() : scenes.show("step", {}, quietly);
    }

    /** A person pressed "Show it" or "Copy without showing". */
    press(quiet) {
      const field = scenes.one("[data-field]");
      if (field) {
        if (!field.value) {
          scenes.lines({ empty: true });
          return field.focus();
        }
        this.takePassphrase(field);
      }
      this.claim = this.claim || { nonce: links.encode(crypto.getRandomValues(new Uint8Array(16))), made: Date.now() };
      this.claim.quiet = quiet;
      claims.keep(this.link.idText, this.claim);
      this.copying?.drop();
      this.copying = quiet ? clipboard.promised() : null;
      return this.open();
    }

    takePassphrase(field) {
      this.passphrase = field.value;
      this.proofs = this.sealingKey = null;
      field.value = "";
    }

    /** Ask for the view; `staying` when the page tries again by itself. */
    async open(staying) {
      const turn = (this.turn += 1);
      clearInterval(this.countdown);
      if (staying) {
        scenes.lines({ trying: true, waiting: false });
      } else {
        scenes.show("opening");
        scenes.lines({ slow: this.link.mode === "p" });
      }
      try {
        await this.prove();
      } catch {
        return turn === this.turn ? scenes.show("old") : undefined; // WebCrypto is there but does not do it
      }
      if (turn !== this.turn) {
        return undefined;
      }
      const answer = navigator.onLine === false ? { status: 0, code: "dropped" } : await ask(this.link.idText, "claim", this.proofs);
      return turn === this.turn ? this.hear(answer) : undefined;
    }

    async prove() {
      if (this.proofs) {
        return;
      }
      const { key, id, mode, ticket } = this.link;
      const sealingKey = await sealing.inputKey(key, mode === "p" ? this.passphrase : "");
      const proofs = { nonce: this.claim.nonce, link_proof: links.encode(await sealing.linkProof(key, id)) };
      if (mode === "p") {
        proofs.pass_proof = links.encode(await sealing.passProof(sealingKey, id));
      }
      if (ticket) {
        proofs.ticket = ticket;
      }
      this.sealingKey = sealingKey;
      this.proofs = proofs;
    }

    hear(answer) {
      if (answer.status === 200) {
        return this.unlock(answer.body);
      }
      switch (answer.code) {
        case "gone":
          return this.gone();
        case "wrong_passphrase":
          return this.wrong(answer.body.attempts_left);
        case "ticket_needed":
          return this.end("ticket");
        case "too_many":
          return this.many(answer.retryAfter || 60);
        case "store_unavailable":
          return this.wait("away", answer.retryAfter);
        case "dropped":
          return this.wait(navigator.onLine === false ? "offline" : "dropped", 0);
        default:
          return answer.status >= 500 ? this.wait("away", answer.retryAfter) : scenes.show("refused");
      }
    }

    /** Nothing more will come of this claim. */
    end(state, facts) {
      claims.settle(this.link.idText);
      this.reset();
      scenes.show(state, facts);
    }

    gone() {
      // The store gives a granted view again only to the same proofs, so after a reload a mistyped
      // passphrase sounds like "gone" too. While the grace may run, let the person type it again.
      if (this.link.mode === "p" && this.resumed && Date.now() - this.claim.made < GRACE) {
        this.proofs = null;
        scenes.show("again");
        return scenes.lines({ mistyped: true });
      }
      return this.end("gone");
    }

    wrong(left) {
      claims.settle(this.link.idText); // nothing was granted to this nonce, so a reload begins anew
      this.copying?.drop();
      this.copying = this.proofs = this.sealingKey = null;
      this.passphrase = "";
      return left > 0 ? scenes.show("wrong", { attempts: scenes.number(left) }) : this.end("locked");
    }

    /** Try again by itself after a pause, visibly; the person may do it at once. */
    wait(state, least) {
      const pause = Math.max(least, PAUSES[Math.min(this.tries, PAUSES.length - 1)]);
      this.tries += 1;
      if (scenes.name() !== state) {
        scenes.show(state);
      }
      scenes.lines({ trying: false, waiting: true });
      this.count(pause, () => this.open(true));
    }

    /** The budget of this address is spent: count down, then give the button back. */
    many(seconds) {
      scenes.show("many");
      const button = scenes.one('[data-act="retry"]');
      button.disabled = true;
      scenes.lines({ waiting: true });
      this.count(seconds, () => {
        button.disabled = false;
        scenes.lines({ waiting: false });
      });
    }

    count(seconds, then) {
      const bar = scenes.one("progress");
      let left = seconds;
      const tick = () => {
        scenes.fill({ seconds: scenes.number(left) });
        if (bar) {
          bar.max = seconds;
          bar.value = seconds - left;
        }
      };
      clearInterval(this.countdown);
      tick();
      this.countdown = setInterval(() => {
        left -= 1;
        tick();
        if (left <= 0) {
          clearInterval(this.countdown);
          then();
        }
      }, 1000);
    }

    async unlock(body) {
      const turn = this.turn;
      try {
        const sealed = links.decode(body.sealed);
        const opened = payload.unframe(await sealing.open(sealed, this.sealingKey, this.link.mode, this.link.id));
        if (opened.text === null) {
          throw new pushpw.Refusal("newer_version");
        }
        if (turn === this.turn) {
          this.granted = { views: body.views_left, expires: body.expires_at, burnable: body.burnable };
          this.held = opened;
        }
      } catch (refusal) {
        // The nonce is kept: were it the journey that damaged the bytes, a reload gets them again.
        return turn === this.turn ? scenes.show(refusal.code === "newer_version" ? "newer" : "damaged") : undefined;
      }
      return turn === this.turn ? this.hand(turn) : undefined;
    }

    async hand(turn) {
      this.acknowledge(turn, 0);
      this.passphrase = "";
      if (!this.claim.quiet) {
        return this.display(true);
      }
      // After a reload there was no press that a browser would let copy: the button is there for it.
      const copied = this.copying ? await this.copying.finish(this.held.text) : null;
      this.copying = null;
      if (turn !== this.turn) {
        return undefined;
      }
      if (copied) {
        scenes.show("copied");
        return this.tellTerms();
      }
      this.display(copied === false);
      return scenes.lines({ uncopied: copied === false, pressed: copied === null });
    }

    async acknowledge(turn, tries) {
      const { idText } = this.link;
      const last = this.granted.views === 0;
      const answer = await ask(idText, "ack", { nonce: this.claim.nonce }, true);
      if (answer.status === 204) {
        claims.settle(idText);
        this.acknowledged = turn === this.turn;
        if (last && turn === this.turn) {
          claims.markSpent(idText);
          history.replaceState(null, "", "/p/" + idText); // the key need not stay in the history either
        }
      } else if (turn === this.turn && tries < PAUSES.length) {
        setTimeout(() => turn === this.turn && this.acknowledge(turn, tries + 1), PAUSES[tries] * 1000);
      }
    }

    display(visible) {
      scenes.show("shown");
      this.tellTerms();
      this.veil(!visible);
    }

    veil(hidden) {
      const place = scenes.one("[data-payload]");
      place.textContent = hidden ? DOTS : this.held.text;
      place.classList.toggle("veiled", hidden);
      scenes.lines({ veiled: hidden, unveiled: !hidden });
    }

    tellTerms() {
      const { views, expires, burnable } = this.granted;
      const moment = scenes.when(expires);
      scenes.fill({ ...moment, views: scenes.number(views), length: scenes.number(Array.from(this.held.text).length) });
      scenes.lines({
        uncopied: false, pressed: false,
        views: views > 0, last: views === 0,
        near: views > 0 && moment.near, far: views > 0 && !moment.near,
        ends: views > 0 && burnable,
      });
    }

    async copy(button) {
      if (await clipboard.copy(this.held.text)) {
        scenes.lines({ uncopied: false, pressed: false });
        return this.confirm(button);
      }
      if (scenes.name() !== "shown") {
        this.display(true);
      }
      return scenes.lines({ uncopied: true, pressed: false });
    }

    confirm(button) {
      const swap = (done) => {
        button.querySelector("[data-before]").hidden = done;
        button.querySelector("[data-after]").hidden = !done;
      };
      swap(true);
      scenes.announce("copied");
      clearTimeout(this.swapping);
      this.swapping = setTimeout(() => swap(false), 2000);
    }

    save() {
      clipboard.save(this.held.data, "secret.txt");
    }

    /** "I saved it: forget it": here at once, on the server where the terms let us. */
    async forget() {
      const { idText } = this.link;
      const { burnable, views } = this.granted;
      const { nonce, link_proof } = this.proofs;
      const ended = views === 0 && this.acknowledged; // then nothing is left there to burn
      claims.settle(idText);
      this.reset();
      const turn = this.turn;
      scenes.show("forgotten");
      const told = ended || (burnable && (await this.burn(idText, { nonce, link_proof })));
      if (turn === this.turn) {
        scenes.lines({ [told ? "ended" : burnable ? "unsure" : "here"]: true });
      }
    }

    async burn(idText, claim) {
      for (const pause of PAUSES.slice(0, 3)) {
        const answer = await ask(idText, "burn", claim, true);
        if (answer.status === 204 || answer.code === "gone") {
          return true;
        }
        await new Promise((done) => setTimeout(done, pause * 1000));
      }
      return false;
    }
  }

  const retrieval = new Retrieval();

  const acts = {
    show: () => retrieval.press(false),
    copyUnseen: () => retrieval.press(true),
    retry: () => retrieval.open(scenes.name() !== "many"),
    reload: () => location.reload(),
    unveil: () => turn(false),
    veil: () => turn(true),
    showAfterAll: () => retrieval.display(true),
    copy: (button) => retrieval.copy(button),
    save: () => retrieval.save(),
    forget: () => retrieval.forget(),
    peek: (button) => peek(button),
  };

  function turn(hidden) {
    retrieval.veil(hidden);
    scenes.one(hidden ? '[data-line="veiled"]' : '[data-line="unveiled"]').focus(); // its twin has just gone
  }

  function peek(button) {
    const field = scenes.one("[data-field]");
    const seen = field.type === "password";
    field.type = seen ? "text" : "password";
    button.setAttribute("aria-pressed", String(seen));
  }

  function listen() {
    // Only a person's own press counts: isTrusted is false for whatever a script dispatches.
    document.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button[data-act]") : null;
      if (event.isTrusted && button && !button.disabled) {
        acts[button.dataset.act](button);
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.isTrusted && event.key === "Enter" && !event.isComposing && event.target.matches?.("[data-field]")) {
        retrieval.press(false);
      }
    });
    window.addEventListener("online", () => {
      if (["offline", "dropped"].includes(scenes.name())) {
        retrieval.open(true);
      }
    });
    window.addEventListener("offline", () => {
      if (scenes.name() === "dropped") {
        retrieval.wait("offline", 0);
      }
    });
    window.addEventListener("hashchange", () => retrieval.begin());
    leave();
  }

  /* Nothing of a secret stays in a page that is left, neither in memory nor in what "back" restores. */
  function leave() {
    let shown = false;
    window.addEventListener("pagehide", () => {
      shown = retrieval.held !== null;
      retrieval.reset();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && shown) {
        scenes.show("left");
      } else if (event.persisted) {
        retrieval.begin();
      }
    });
  }

  if (!window.pushpwCannot) {
    listen();
    pushpw.started = true;
    retrieval.begin(true);
  }
})((self.pushpw = self.pushpw || {}));

/* How does the page speak with its server, and what does it remember of a claim until it is settled? */
(function (pushpw) {
  "use strict";

  const DEADLINE = 15000;
  const DROPPED = Object.freeze({ status: 0, code: "dropped", body: {}, retryAfter: 0 });

  /** POST /p/<id>/<act>. Always an answer: {status, code, body, retryAfter}; status 0 when none came. */
  async function ask(idText, act, body, keepalive) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), DEADLINE);
    try {
      const response = await fetch("/p/" + idText + "/" + act, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Pushpw": "1" },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        keepalive: Boolean(keepalive),
        signal: limit.signal,
      });
      return await read(response);
    } catch {
      return DROPPED;
    } finally {
      clearTimeout(timer);
    }
  }

  async function read(response) {
    if (response.status === 408) {
      return DROPPED; // the line was too slow for our own words: the same nonce may ask again
    }
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    if (response.status === 204) {
      return { status: 204, code: "", body: {}, retryAfter };
    }
    const type = (response.headers.get("Content-Type") || "").split(";")[0];
    if (type !== "application/json" && type !== "application/problem+json") {
      // A gateway or a captive portal spoke in the server's place: as good as no answer.
      return response.status < 500 && response.status >= 400 ? { ...DROPPED, status: response.status, code: "refused" } : DROPPED;
    }
    const body = await response.json();
    return { status: response.status, code: body.code || "", body, retryAfter };
  }

  /* The nonce of a claim stays in this tab until it is acknowledged, so that a reload asks again as
     the same try and no view is lost. It opens nothing by itself. */
  const nameOf = (idText) => "pushpw:claim:" + idText;
  const spentName = (idText) => "pushpw:spent:" + idText;

  function stored(act) {
    try {
      return act(sessionStorage);
    } catch {
      return null; // storage is switched off: a reload will then be a new try
    }
  }

  const claims = Object.freeze({
    /** {nonce, made, quiet} of a claim not yet acknowledged, or null. */
    pending(idText) {
      return stored((store) => JSON.parse(store.getItem(nameOf(idText))));
    },
    keep(idText, claim) {
      stored((store) => store.setItem(nameOf(idText), JSON.stringify(claim)));
    },
    settle(idText) {
      stored((store) => store.removeItem(nameOf(idText)));
    },
    /** The last view was shown here: a reload need not ask the server to know that it is gone. */
    markSpent(idText) {
      stored((store) => store.setItem(spentName(idText), "1"));
    },
    isSpent(idText) {
      return stored((store) => store.getItem(spentName(idText))) === "1";
    },
  });

  pushpw.exchange = Object.freeze({ ask, claims });
})((self.pushpw = self.pushpw || {}));

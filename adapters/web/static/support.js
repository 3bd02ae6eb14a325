/* Can this browser open a secret? Old syntax only (ES5), so that an old browser can be told. */
(function () {
  "use strict";

  function able() {
    var crypto = window.crypto;
    return !!(
      crypto && crypto.subtle && crypto.getRandomValues &&
      window.Promise && window.fetch && window.AbortController && window.Uint8Array &&
      window.TextDecoder && window.URL && window.Intl && Intl.RelativeTimeFormat &&
      String.prototype.normalize && String.prototype.replaceAll
    );
  }

  function tell(state) {
    var section = document.querySelector('[data-state="' + state + '"]');
    var card = document.querySelector("[data-card]");
    window.pushpwCannot = state;
    if (section) {
      section.removeAttribute("hidden");
      card.setAttribute("data-scene", section.getAttribute("data-scene"));
    }
  }

  // Browsers take WebCrypto away on plain http, so this comes first: it is the truer reason.
  if (window.isSecureContext === false) {
    tell("insecure");
  } else if (!able()) {
    tell("old");
  } else {
    window.addEventListener("load", function () {
      // The main script did not come through: its syntax is too new, or something changed it on the way.
      if (!window.pushpw || !window.pushpw.started) {
        tell("old");
      }
    });
  }
})();

/* How does the page show a state? Every sentence is in the page already; this picks one and fills in facts. */
(function (pushpw) {
  "use strict";

  const card = document.querySelector("[data-card]");
  const live = document.querySelector("[data-live]");
  const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  let current = null;

  const all = (selector) => (current || card).querySelectorAll(selector);
  const one = (selector) => (current || card).querySelector(selector);

  /** Show the state of that name, alone. Screen readers are led to its heading, except at the start. */
  function show(name, facts, quietly) {
    for (const section of card.querySelectorAll("[data-state]")) {
      section.hidden = section.dataset.state !== name;
      current = section.hidden ? current : section;
    }
    card.dataset.scene = current.dataset.scene;
    live.textContent = "";
    for (const line of all("[data-line]")) {
      line.hidden = true;
    }
    fill(facts || {});
    if (!quietly) {
      const field = one("[data-field]");
      (field || one("h1")).focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }

  /** Put facts into the sentences that have a place for them. */
  function fill(facts) {
    for (const [name, fact] of Object.entries(facts)) {
      for (const slot of all('[data-slot="' + name + '"]')) {
        slot.textContent = String(fact);
      }
    }
  }

  /** Show or hide the lines of those names: {views: true, last: false}. */
  function lines(wanted) {
    for (const [name, visible] of Object.entries(wanted)) {
      for (const line of all('[data-line="' + name + '"]')) {
        line.hidden = !visible;
      }
    }
  }

  /** Say a sentence of the page aloud to screen readers. */
  function announce(name) {
    live.textContent = document.querySelector('[data-text="' + name + '"]').textContent;
  }

  /** The reader's own spelling of dates where it is of the page's language: en-GB on an English page. */
  function locale() {
    const page = document.documentElement.lang;
    const own = (navigator.languages || []).find((tag) => tag.split("-")[0] === page.split("-")[0]);
    return own || page;
  }

  function startOfDay(moment) {
    return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  }

  /** {near, day, time, date, distance} of a moment to come, in the reader's own time zone. */
  function when(millis) {
    const then = new Date(millis), now = new Date();
    const days = Math.round((startOfDay(then) - startOfDay(now)) / DAY);
    const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
    const counted = new Intl.RelativeTimeFormat(locale(), { numeric: "always" });
    const left = Math.max(0, millis - now);
    const [size, unit] = left < HOUR ? [MINUTE, "minute"] : left < 2 * DAY ? [HOUR, "hour"] : [DAY, "day"];
    return {
      near: days === 0 || days === 1,
      day: relative.format(days, "day"),
      time: new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(then),
      date: new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" }).format(then),
      distance: counted.format(Math.max(1, Math.round(left / size)), unit),
    };
  }

  function number(value) {
    return new Intl.NumberFormat(locale()).format(value);
  }

  pushpw.scenes = Object.freeze({
    show, fill, lines, announce, when, number, one,
    name: () => (current ? current.dataset.state : ""),
  });
})((self.pushpw = self.pushpw || {}));

/* How does a secret reach the clipboard, or a file, without passing through the page? */
(function (pushpw) {
  "use strict";

  /** Write `text` to the clipboard; whether it is there. */
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  /** Begin a copy inside the person's click and end it when the text has come: some browsers allow
      the clipboard only in the click itself. */
  function promised() {
    let deliver, drop;
    const text = new Promise((resolve, reject) => {
      deliver = resolve;
      drop = reject;
    });
    text.catch(() => {});
    const writing = write(text.then((secret) => new Blob([secret], { type: "text/plain" })));
    return {
      drop,
      async finish(secret) {
        deliver(secret);
        return (await writing) || copy(secret);
      },
    };
  }

  async function write(blob) {
    try {
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
      return true;
    } catch {
      return false;
    }
  }

  /** Save `bytes` as a file. Never as a type that a browser would open. */
  function save(bytes, name) {
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    const anchor = document.createElement("a");
    anchor.href = address;
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  pushpw.clipboard = Object.freeze({ copy, promised, save });
})((self.pushpw = self.pushpw || {}));

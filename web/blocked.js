// No module, and on its own: says so when the page's modules did not come. A frame without an origin
// (sandbox) gets modules only from a server that allows it, and would else say "Loading ..." for ever.
// "Loading ..." is shown only to those who wait for it.
setTimeout(() => document.body?.classList.remove('starting'), 500);
addEventListener('load', () => {
  if (window.playgroundReady) return;
  document.body.classList.remove('starting');
  const message =
    window.origin === 'null'
      ? 'this frame has no origin (sandbox), so the server must send "Access-Control-Allow-Origin: *" with its files'
      : 'its scripts could not be fetched';
  const shown = document.getElementById('ap-message');
  shown.textContent = `Attention Playground did not start: ${message}.`;
  shown.classList.add('problem');
  if (parent !== window) {
    parent.postMessage(
      {
        source: 'attention-playground',
        version: 1,
        event: 'error',
        error: { code: 'load', message, where: '' },
      },
      '*',
    );
  }
});

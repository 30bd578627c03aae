/* Side panels: <a href="#id" data-side> opens the dialog of that id; <a href="/url/" data-side-load> fetches one.
   The browser keeps focus inside, closes on Escape and gives focus back. Without this file :target opens the first
   kind and the second kind is an ordinary page. */
(function () {
  'use strict';
  function open(dialog) {
    if (!dialog.open) { dialog.showModal(); }
    var first = dialog.querySelector('.is-invalid, input:not([type=hidden]), select, textarea, button');
    if (first) { first.focus(); }
  }
  function load(link) {
    var holder = document.createElement('div');
    document.body.appendChild(holder);
    window.htmx.ajax('GET', link.href, { target: holder, swap: 'innerHTML' }).then(function () {
      var dialog = holder.querySelector('dialog');
      if (!dialog) { holder.remove(); window.location.href = link.href; return; }
      dialog.addEventListener('close', function () { holder.remove(); link.focus(); });
      open(dialog);
    });
  }
  document.addEventListener('click', function (event) {
    var link = event.target.closest('[data-side], [data-side-load], [data-side-close]');
    var modal = event.target.tagName === 'DIALOG' ? event.target : null;
    if (modal && modal.classList.contains('yl-side')) { modal.close(); return; }
    if (!link) { return; }
    if (link.hasAttribute('data-side-close')) {
      var open_one = link.closest('dialog[open]');
      if (open_one) { event.preventDefault(); open_one.close(); }
    } else if (link.hasAttribute('data-side')) {
      var dialog = document.getElementById(link.getAttribute('href').slice(1));
      if (dialog && dialog.showModal) { event.preventDefault(); open(dialog); }
    } else if (window.htmx && window.HTMLDialogElement) {
      event.preventDefault();
      load(link);
    }
  });
  /* A panel whose form came back with errors stands open again. */
  document.querySelectorAll('dialog[data-side-open]').forEach(open);
}());

/* <form data-autosave="/url/">: saves 1.5 s after the last change and says so in [data-autosave-status].
   The answer is JSON: {"saved_at": "14:32", "version": 3}; with status 409 {"message": "…"}: somebody else has saved.
   The field named version follows. A saved form sends the event "autosaved", for hx-trigger of the check sheet. */
(function () {
  'use strict';
  var DELAY = 1500;
  function say(form, text, failed) {
    var place = document.querySelector(form.getAttribute('data-autosave-status') || '[data-autosave-state]');
    if (!place) { return; }
    place.textContent = text;
    place.classList.toggle('is-failed', Boolean(failed));
  }
  function save(form) {
    if (form.saving) { form.again = true; return; }
    form.saving = true;
    say(form, '正在保存');
    fetch(form.getAttribute('data-autosave'), {
      method: 'POST', body: new FormData(form), credentials: 'same-origin', redirect: 'error',
      headers: { Accept: 'application/json', 'X-Autosave': '1' }
    }).then(function (response) {
      return response.json().then(function (answer) { return { ok: response.ok, answer: answer }; });
    }).then(function (result) {
      if (!result.ok) { say(form, result.answer.message || '没有保存，内容仍在本页', true); return; }
      if (form.elements.version && result.answer.version) { form.elements.version.value = result.answer.version; }
      form.dirty = form.again;
      say(form, result.answer.saved_at + ' 已自动保存');
      form.dispatchEvent(new CustomEvent('autosaved', { bubbles: true, detail: result.answer }));
    }).catch(function () {
      form.unsaved = true; /* static/js/session.js looks first whether one is still signed in */
      say(form, '没有保存：网络中断或登录已过期，内容仍在本页', true);
    }).then(function () {
      form.saving = false;
      if (form.submitting) { form.again = form.submitting = false; form.requestSubmit(); return; }
      if (form.again) { form.again = false; save(form); }
    });
  }
  function changed(event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute('data-autosave') || event.target.type === 'file') { return; }
    form.dirty = true;
    window.clearTimeout(form.timer);
    form.timer = window.setTimeout(function () { save(form); }, DELAY);
  }
  document.addEventListener('input', changed);
  document.addEventListener('change', changed);
  /* Who saves while an automatic save is on its way waits for it: its answer brings the version to save against. */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    window.clearTimeout(form.timer);
    if (form.saving) { event.preventDefault(); form.submitting = true; return; }
    form.dirty = false;
  });
  window.addEventListener('beforeunload', function (event) {
    var open = Array.prototype.some.call(document.querySelectorAll('form[data-autosave]'), function (form) { return form.dirty; });
    if (open) { event.preventDefault(); event.returnValue = ''; }
  });
}());

/* The form of a filing: another kind of consortium asks other questions, so the page is read again after that save.
   The field one stands in is kept in the address, so that after a new sign-in the page opens there again. */
(function () {
  'use strict';
  document.addEventListener('autosaved', function (event) {
    if (event.detail && event.detail.reload) { window.location.reload(); }
  });
  var form = document.querySelector('form[data-autosave]');
  if (!form) { return; }
  form.addEventListener('focusin', function (event) {
    var field = event.target.closest('[id^="field-"]');
    if (field) { window.history.replaceState(null, '', '#' + field.id); }
  });
  var place = window.location.hash.indexOf('#field-') === 0 && document.getElementById(window.location.hash.slice(1));
  var first = place && place.querySelector('input:not([type=hidden]), select, textarea');
  if (first) { first.focus(); }
}());

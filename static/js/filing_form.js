/* The form of a filing: another kind of consortium asks other questions, so the page is read again after that save. */
(function () {
  'use strict';
  document.addEventListener('autosaved', function (event) {
    if (event.detail && event.detail.reload) { window.location.reload(); }
  });
}());

/* <button data-print> prints the page; the print style does the rest. */
(function () {
  'use strict';
  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-print]')) { window.print(); }
  });
}());

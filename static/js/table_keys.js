/* Keyboard of a list <table data-keys>: J and K go down and up, Enter opens the row's first link, / goes to
   [data-search], ? shows the keys. Never while typing. */
(function () {
  'use strict';
  function rows() { return Array.prototype.slice.call(document.querySelectorAll('table[data-keys] tbody tr')); }
  function at(list) { return list.findIndex(function (row) { return row.classList.contains('is-at'); }); }
  function move(step) {
    var list = rows();
    if (!list.length) { return; }
    var place = at(list);
    if (place >= 0) { list[place].classList.remove('is-at'); }
    var row = list[Math.max(0, Math.min(list.length - 1, place + step))];
    row.classList.add('is-at');
    row.scrollIntoView({ block: 'nearest' });
    var link = row.querySelector('a');
    if (link) { link.focus({ preventScroll: true }); }
  }
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (event.target.closest('input, select, textarea, dialog')) { return; }
    if (event.key === 'j') { move(1); }
    else if (event.key === 'k') { move(-1); }
    else if (event.key === '/') {
      var search = document.querySelector('[data-search]');
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === '?') {
      var keys = document.getElementById('keys');
      if (keys && keys.showModal && !keys.open) { keys.showModal(); }
    }
  });
}());

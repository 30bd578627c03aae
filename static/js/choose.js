/* An element with data-choose around a table with tick boxes named ids: [data-choose-all] ticks the page, [data-selbar] shows
   how many ([data-selected]) and offers what can be done with them. */
(function () {
  'use strict';
  function refresh(form) {
    var boxes = Array.prototype.slice.call(form.querySelectorAll('tbody input[type=checkbox]'));
    var chosen = boxes.filter(function (box) { return box.checked; }).length;
    boxes.forEach(function (box) { box.closest('tr').classList.toggle('is-sel', box.checked); });
    var all = form.querySelector('[data-choose-all]');
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    var bar = form.querySelector('[data-selbar]');
    if (bar) { bar.hidden = chosen === 0; bar.querySelector('[data-selected]').textContent = chosen; }
  }
  document.addEventListener('change', function (event) {
    var form = event.target.closest('[data-choose]');
    if (!form || event.target.type !== 'checkbox') { return; }
    if (event.target.hasAttribute('data-choose-all')) {
      form.querySelectorAll('tbody input[type=checkbox]').forEach(function (box) { box.checked = event.target.checked; });
    }
    refresh(form);
  });
  document.querySelectorAll('[data-choose]').forEach(refresh);
}());

/* <div data-drop> around a file input: files may be dropped on it; [data-drop-names] lists what was chosen. */
(function () {
  'use strict';
  function area(event) { return event.target.closest && event.target.closest('[data-drop]'); }
  function names(box) {
    var input = box.querySelector('input[type=file]');
    var place = box.querySelector('[data-drop-names]');
    if (place) {
      place.textContent = Array.prototype.map.call(input.files, function (file) {
        return file.name + '（' + (file.size / 1048576).toFixed(1) + ' MB）';
      }).join('、');
    }
  }
  ['dragenter', 'dragover'].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var box = area(event);
      if (box) { event.preventDefault(); box.classList.add('is-over'); }
    });
  });
  document.addEventListener('dragleave', function (event) {
    var box = area(event);
    if (box && !box.contains(event.relatedTarget)) { box.classList.remove('is-over'); }
  });
  document.addEventListener('drop', function (event) {
    var box = area(event);
    if (!box) { return; }
    event.preventDefault();
    box.classList.remove('is-over');
    var input = box.querySelector('input[type=file]');
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  document.addEventListener('change', function (event) {
    var box = event.target.type === 'file' && area(event);
    if (box) { names(box); }
  });
}());

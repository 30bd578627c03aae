/* <form data-date-slider data-first="2019-06-25">: the slider counts days from the first; the date follows while it is
   moved and the page is asked for when it has come to rest, so that arrow keys can walk through many days. */
(function () {
  'use strict';
  var REST = 500;
  var timer;
  function at(form) {
    var day = new Date(form.getAttribute('data-first') + 'T00:00:00Z');
    day.setUTCDate(day.getUTCDate() + Number(form.querySelector('input[type=range]').value));
    return day.toISOString().slice(0, 10);
  }
  document.addEventListener('input', function (event) {
    var form = event.target.type === 'range' && event.target.closest('[data-date-slider]');
    if (!form) { return; }
    form.querySelector('[data-date]').textContent = at(form);
    event.target.nextElementSibling.value = at(form);
    event.target.setAttribute('aria-valuetext', at(form));
  });
  document.addEventListener('change', function (event) {
    var form = event.target.type === 'range' && event.target.closest('[data-date-slider]');
    window.clearTimeout(timer);
    if (form) { timer = window.setTimeout(function () { form.requestSubmit(); }, REST); }
  });
}());

/* <form data-auto-submit>: a changed select, box or date filters at once; the form's own button serves without script. */
(function () {
  'use strict';
  document.addEventListener('change', function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute('data-auto-submit') && event.target.type !== 'search' && event.target.type !== 'text') {
      form.requestSubmit();
    }
  });
}());

/* The session has a fixed end (body data-session-ends): five minutes before it a notice says so. A fragment that comes
   back as the sign-in page is not put into this page; the notice says that the session is over instead. What was typed
   is not sent into a session that is over: the form waits, and goes out with a new token once one has signed in again. */
(function () {
  'use strict';
  var WARNING = 5 * 60 * 1000;
  var LONGEST = 2147483647; /* setTimeout's limit */
  var notice = document.getElementById('session-notice');
  var ends = Date.parse(document.body.getAttribute('data-session-ends'));
  var signIn = document.body.getAttribute('data-sign-in');
  function show(text, link) {
    var box = document.createElement('div');
    var paragraph = document.createElement('p');
    box.className = 'yl-note yl-note-warn';
    paragraph.textContent = text + ' ';
    if (link) {
      var anchor = document.createElement('a');
      anchor.href = signIn + '?next=' + encodeURIComponent(window.location.pathname + window.location.search + window.location.hash);
      anchor.target = '_blank';
      anchor.rel = 'noopener';
      anchor.textContent = link;
      paragraph.appendChild(anchor);
    }
    box.appendChild(paragraph);
    notice.textContent = '';
    notice.appendChild(box);
    notice.hidden = false;
  }
  var isOver = false;
  function over() { isOver = true; show('登录已到期，本页内容仍在。', '在新窗口登录，再回来保存'); }
  function offline() { show('网络中断，刚才的操作没有完成，本页内容仍在。'); }
  function goOn(form, submitter, page) {
    var token = new DOMParser().parseFromString(page, 'text/html').querySelector('[name=csrfmiddlewaretoken]');
    if (!token) { over(); return; }
    document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(function (field) { field.value = token.value; });
    document.body.setAttribute('hx-headers', JSON.stringify({ 'X-CSRFToken': token.value }));
    isOver = form.unsaved = false;
    notice.hidden = true;
    form.requestSubmit(submitter);
  }
  function at(moment, act) {
    var wait = moment - Date.now();
    if (wait > 0 && wait < LONGEST) { window.setTimeout(act, wait); }
  }
  if (ends) {
    at(ends - WARNING, function () { show('登录 5 分钟后到期。请保存正在填写的内容，到期后要重新登录。'); });
    at(ends, over);
  }
  document.addEventListener('submit', function (event) {
    var form = event.target, submitter = event.submitter;
    if (form.method !== 'post' || !(isOver || form.unsaved)) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    fetch(window.location.href, { credentials: 'same-origin' }).then(function (response) {
      if (response.url.indexOf(signIn) >= 0) { over(); return null; }
      return response.text().then(function (page) { goOn(form, submitter, page); });
    }).catch(offline);
  }, true);
  document.addEventListener('htmx:beforeSwap', function (event) {
    var address = event.detail.xhr.responseURL || '';
    if (signIn && address.indexOf(signIn) >= 0) { event.detail.shouldSwap = false; over(); }
  });
  document.addEventListener('htmx:sendError', offline);
}());

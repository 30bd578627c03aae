/* The session has a fixed end (body data-session-ends): five minutes before it a notice says so. A fragment that comes
   back as the sign-in page is not put into this page; the notice says that the session is over instead. */
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
  function over() { show('登录已到期，本页内容仍在。', '在新窗口登录，再回来保存'); }
  function at(moment, act) {
    var wait = moment - Date.now();
    if (wait > 0 && wait < LONGEST) { window.setTimeout(act, wait); }
  }
  if (ends) {
    at(ends - WARNING, function () { show('登录 5 分钟后到期。请保存正在填写的内容，到期后要重新登录。'); });
    at(ends, over);
  }
  document.addEventListener('htmx:beforeSwap', function (event) {
    var address = event.detail.xhr.responseURL || '';
    if (signIn && address.indexOf(signIn) >= 0) { event.detail.shouldSwap = false; over(); }
  });
  document.addEventListener('htmx:sendError', function () { show('网络中断，刚才的操作没有完成。'); });
}());

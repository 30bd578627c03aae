/* <a href="file" data-preview="name">: shows a PDF or a picture in the page. Without this file the link opens a new tab. */
(function () {
  'use strict';
  document.addEventListener('click', function (event) {
    var link = event.target.closest('[data-preview]');
    if (!link || !window.HTMLDialogElement || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    var dialog = document.createElement('dialog');
    var head = document.createElement('header');
    var title = document.createElement('h2');
    var close = document.createElement('button');
    var frame = document.createElement('iframe');
    dialog.className = 'yl-preview';
    title.textContent = link.getAttribute('data-preview');
    close.type = 'button';
    close.className = 'btn btn-quiet btn-sm';
    close.textContent = '关闭';
    frame.src = link.href;
    frame.title = title.textContent;
    dialog.setAttribute('aria-label', title.textContent);
    head.append(title, close);
    dialog.append(head, frame);
    document.body.appendChild(dialog);
    close.addEventListener('click', function () { dialog.close(); });
    dialog.addEventListener('close', function () { dialog.remove(); link.focus(); });
    dialog.showModal();
  });
}());

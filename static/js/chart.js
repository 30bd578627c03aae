/* Line charts: <div data-chart="id"> draws the numbers of the JSON block of that id with ECharts, which is loaded only
   where a chart stands. Names and last values stand at the line ends, colours come from the tokens. The tooltip is
   drawn in the canvas: the HTML one sets style attributes, which the Content-Security-Policy refuses. */
(function () {
  'use strict';
  var boxes = document.querySelectorAll('[data-chart]');
  if (!boxes.length) { return; }
  var css = window.getComputedStyle(document.documentElement);
  function token(name) { return css.getPropertyValue('--' + name).trim(); }
  function line(series, place, unit, font) {
    var color = token(series.color);
    return {
      name: series.name, type: 'line', data: series.data, symbol: 'circle', symbolSize: 5, showSymbol: true,
      lineStyle: { width: 2, color: color, type: series.dash ? [6, 3] : 'solid' }, itemStyle: { color: color },
      endLabel: { show: true, offset: [2, place % 2 ? 7 : -7], formatter: series.name + ' {c}' + unit, color: color, fontFamily: font, fontSize: 12, fontWeight: 600 }
    };
  }
  function draw(box) {
    var data = JSON.parse(document.getElementById(box.getAttribute('data-chart')).textContent);
    var font = token('sans');
    var label = { color: token('ink-2'), fontSize: 12, fontFamily: font };
    var chart = window.echarts.init(box, null, { renderer: 'canvas', devicePixelRatio: 2 });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: font },
      grid: { left: 40, right: 116, top: 14, bottom: 24 },
      tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: function (value) { return value + data.unit; } },
      xAxis: { type: 'category', data: data.x, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: token('line-2') } }, axisLabel: label },
      yAxis: { type: 'value', min: data.min, max: data.max, axisLabel: label, splitLine: { lineStyle: { color: token('line') } } },
      series: data.series.map(function (series, place) { return line(series, place, data.unit, font); })
    });
    window.addEventListener('resize', function () {
      if (!window.matchMedia('print').matches) { chart.resize(); }
    });
  }
  var library = document.createElement('script');
  library.src = boxes[0].getAttribute('data-chart-library');
  library.onload = function () { boxes.forEach(draw); };
  document.head.appendChild(library);
}());

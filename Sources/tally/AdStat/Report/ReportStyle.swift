/// How a report's page looks. Every text has a contrast of 4.5 to 1 or more, light and dark.
enum ReportStyle {
  static let sheet = """
    :root { --page: #f5f6f8; --card: #ffffff; --text: #1c2430;
      --soft: #5a6675; --rule: #e1e5ea; --shows: #3566c8; --clicks: #b85c00; --ctr: #1a7f55;
      --hit: #1c24300d; }
    @media (prefers-color-scheme: dark) {
    :root { --page: #0f1318; --card: #181e26; --text: #e8ecf2; --soft: #9aa6b5; --rule: #2b333e;
      --shows: #7aa7ff; --clicks: #f0a35e; --ctr: #4cc38a; --hit: #ffffff12; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1120px; padding: 24px 16px 40px; background: var(--page);
      color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    h1 { margin: 0; font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; }
    h2 { margin: 0 0 12px; font-size: 17px; }
    header p { margin: 4px 0 20px; color: var(--soft); overflow-wrap: anywhere; }
    section, .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
    section { padding: 18px 20px; margin: 16px 0 0; }
    .tiles { display: grid; gap: 12px; margin: 0;
      grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
      padding: 0; list-style: none; }
    .tile { font-size: 13px; font-weight: 600; padding: 12px 16px; border-top: 3px solid currentColor; }
    .tile.shows { color: var(--shows); }
    .tile.clicks { color: var(--clicks); }
    .tile.ctr { color: var(--ctr); }
    .tile strong { display: block; color: var(--text); font-size: 24px; font-weight: 600; line-height: 1.3;
      font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .note { margin: 12px 0 0; color: var(--soft); font-size: 13px; }
    figure { margin: 0; min-width: 0; }
    figcaption { color: var(--soft); font-size: 13px; }
    .chart, .scroll { overflow-x: auto; }
    .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--shows);
      outline-offset: 2px; border-radius: 4px; }
    svg { display: block; width: 100%; height: auto; }
    svg.time, svg.bars { min-width: 640px; }
    svg.heat { min-width: 320px; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
      gap: 20px; }
    svg text { font-size: 12px; fill: var(--soft); font-variant-numeric: tabular-nums; }
    svg .tick, svg .name { text-anchor: end; }
    svg .when { text-anchor: middle; }
    svg .name, svg .number { fill: var(--text); }
    svg .panel { font-size: 13px; font-weight: 600; }
    svg .panel.shows, rect.shows { fill: var(--shows); }
    svg .panel.clicks, rect.clicks { fill: var(--clicks); }
    svg .panel.ctr, rect.ctr, circle.ctr { fill: var(--ctr); }
    path.ctr, line.ctr { fill: none; stroke: var(--ctr); stroke-width: 2; stroke-linejoin: round; }
    .grid { stroke: var(--rule); }
    .hit { fill: transparent; }
    .slot:hover .hit { fill: var(--hit); }
    .slot.open rect.shows, .slot.open rect.clicks { fill-opacity: 0.55; }
    .slot.open circle.ctr { fill: var(--card); stroke: var(--ctr); stroke-width: 1.5; }
    .cell.none { fill: var(--rule); fill-opacity: 0.5; }
    .cell:hover { stroke: var(--text); }
    table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--rule); text-align: left;
      font-weight: normal; white-space: pre; }
    thead th { color: var(--soft); font-size: 13px; font-weight: 600; }
    tbody th { font-weight: 500; }
    tfoot th, tfoot td { border-bottom: 0; border-top: 2px solid var(--rule); font-weight: 600; }
    .number { text-align: right; padding-left: 12px; }
    th:last-child, td:last-child { padding-right: 4px; }
    tbody tr:hover { background: var(--hit); }
    details { margin-top: 12px; }
    summary { color: var(--soft); font-size: 13px; cursor: pointer; }
    details .scroll { max-height: 340px; overflow-y: auto; margin-top: 8px; }
    footer { margin-top: 16px; color: var(--soft); font-size: 13px; }
    @media (max-width: 560px) {
    body { padding: 16px 10px 28px; }
    .tiles { gap: 8px; }
    .tile { padding: 8px 10px; }
    .tile strong { font-size: 18px; }
    section { padding: 14px 12px; }
    }
    @media print { body { max-width: none; } section { break-inside: avoid; } }
    """
}

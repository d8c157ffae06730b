// Every word that the page says of its own accord. Names of places, units and things come from the server.

export type Language = "zh" | "en";

const table = {
  title: ["CityGrid 城市网格", "CityGrid"],
  skip: ["跳到搜索", "Skip to search"],
  map: ["城市地图：点击任意位置（或按回车键查询地图中心）得知所在网格与责任单位", "Map of the city: click anywhere, or press Enter for its middle, to ask which grid cell it is and who answers"],
  switch: ["English", "中文"],
  switchTo: ["Switch to English", "切换为中文"],
  search: ["搜索", "Search"],
  searchHint: ["部件或网格编码、社区、名称", "Component or grid code, community, name"],
  searchNone: ["没有匹配的部件、网格或社区", "No component, grid cell or community matches"],
  searchCount: ["{n} 条结果", "{n} results"],
  subject: ["问谁负责", "Who answers for"],
  subjectClicked: ["所点击的部件", "the component clicked"],
  loading: ["正在载入部件 {n} / {total}", "Loading components {n} of {total}"],
  loadingMap: ["正在载入地图…", "Loading the map…"],
  loaded: ["已载入 {n} 个部件", "{n} components loaded"],
  legend: ["部件", "Components"],
  legendHint: ["点选大类以显示或隐藏", "Tick a class to show or hide it"],
  areas: ["界线", "Boundaries"],
  managed: ["市管区域", "Managed area"],
  district: ["区", "District"],
  street: ["街道", "Subdistrict"],
  community: ["社区", "Community"],
  grid: ["单元网格", "Grid cell"],
  city: ["市", "City"],
  component: ["部件", "Component"],
  close: ["关闭", "Close"],
  asking: ["正在查询…", "Asking…"],
  answers: ["谁负责", "Who answers"],
  about: ["关于", "about"],
  noSubject: ["点击一个部件，或在上方选择一类事件，即可知道由谁负责。", "Click a component, or choose an event above, to learn who answers for it."],
  nobody: ["登记库中没有对应的责任单位", "Nobody is on record for this"],
  why: ["依据", "Why"],
  competent: ["主管单位", "Competent unit"],
  passedOver: ["未采用的 {n} 个候选单位", "{n} candidates passed over"],
  recorded: ["部件登记", "recorded"],
  rule: ["区域规则", "rule"],
  territory: ["属地", "territory"],
  maintainer: ["养护", "maintainer"],
  owner: ["权属", "owner"],
  competentRole: ["主管", "competent"],
  where: ["所在位置", "Where this is"],
  inspector: ["监督员", "Inspector"],
  officer: ["执法队员", "Officer"],
  none: ["无", "none"],
  border: ["此点在网格边界上；归编码最小的网格", "On the border of cells: it goes to the lowest code"],
  neighbours: ["5 米内的相邻网格", "Cells within 5 m"],
  standards: ["立案标准", "Filing standards"],
  standardsNone: ["没有立案标准", "No filing standards"],
  limit: ["时限", "Limit"],
  closing: ["结案", "Closed when"],
  nearby: ["{metres} 米内的部件（{n}）", "Components within {metres} m ({n})"],
  nearbyNone: ["{metres} 米内没有部件", "No component within {metres} m"],
  outside: ["不在任何单元网格内", "Outside every grid cell"],
  nearest: ["前往最近的网格 {code}（{metres} 米）", "Go to the nearest cell {code} ({metres} m)"],
  failed: ["出错了", "Something went wrong"],
  offline: ["连接不到服务器", "The server cannot be reached"],
  webgl: ["此浏览器不能绘制地图（需要 WebGL 2）", "This browser cannot draw the map (it needs WebGL 2)"],
  retry: ["重试", "Try again"],
  urgent_hour: ["{n} 紧急工作时", "{n} urgent hours"],
  urgent_day: ["{n} 紧急工作日", "{n} urgent days"],
  working_hour: ["{n} 工作时", "{n} working hours"],
  working_day: ["{n} 工作日", "{n} working days"],
  calendar_day: ["{n} 自然日", "{n} calendar days"],
  plantingSeason: ["种植季节", "in the planting season"],
  toStop: ["制止", "to stop it"],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
  north: ["回到正北", "Turn north up"],
  metres: ["{n} 米", "{n} m"],
  imports: ["普查文件入库", "Survey files"],
  toMap: ["地图", "Map"],
  key: ["密钥", "Key"],
  keyHint: ["grid_…（citygrid key create）", "grid_… (citygrid key create)"],
  keyNeeded: ["请先在右上方填写密钥：入库与查看批次都需要登记员的密钥。", "Give a registrar's key above first: files are sent and seen with one."],
  drop: ["把普查文件拖到这里", "Drop survey files here"],
  choose: ["选择文件", "Choose files"],
  dropHint: ["先检查、预览，确认后才入库。", "A file is checked and previewed first; nothing changes before you commit."],
  sending: ["正在上传 {name}…", "Sending {name}…"],
  importsNone: ["还没有批次", "No batches yet"],
  state_queued: ["排队中", "queued"],
  state_received: ["正在读取", "reading"],
  state_checked: ["正在检查", "checking"],
  state_staged: ["待确认", "to be decided"],
  state_promoted: ["已入库", "in the registry"],
  state_rejected: ["未接受", "refused"],
  state_failed: ["失败", "failed"],
  state_undone: ["已撤销", "undone"],
  reason_rows_with_errors: ["有的行有错误，整个文件未接受；可改正后重新提交，或只入库正确的行。", "Some rows have errors, so the file was refused as a whole: mend it and send it again, or take the good rows."],
  reason_file_not_read: ["文件无法读取", "The file cannot be read"],
  reason_no_rows: ["没有可入库的行", "There is no row to take"],
  reason_interrupted: ["检查被中断，或预览已放弃", "The check was interrupted, or the preview given up"],
  rowsRead: ["已读 {n} 行", "{n} rows read"],
  rowsGood: ["正确", "good"],
  rowsBad: ["有错误", "with errors"],
  created: ["新增", "created"],
  updated: ["更新", "updated"],
  unchanged: ["不变", "unchanged"],
  sameAs: ["与先前入库的文件完全相同", "The same file as one that is in the registry"],
  recognised: ["识别结果", "What was recognised"],
  commitAll: ["入库", "Commit"],
  commitGood: ["只入库正确的 {n} 行", "Commit the {n} good rows"],
  discard: ["放弃", "Discard"],
  issues: ["问题", "What was found"],
  issuesNone: ["没有发现问题", "Nothing was found to be wrong"],
  issuesCSV: ["下载清单（CSV）", "Download the list (CSV)"],
  issuesShown: ["显示 {n} / {total}", "{n} of {total} shown"],
  more: ["再显示一些", "Show more"],
  errors: ["错误", "errors"],
  warnings: ["提示", "warnings"],
  fixes: ["已自动更正", "fixed"],
  severity_error: ["错误", "error"],
  severity_warning: ["提示", "warning"],
  severity_fixed: ["已更正", "fixed"],
  atRow: ["行", "Row"],
  atColumn: ["列", "Column"],
  foundValue: ["内容", "Found"],
  saying: ["说明", "What is wrong, and the cure"],
  chooseBatch: ["选择一个批次查看，或拖入一个新文件。", "Choose a batch to look at, or drop a new file."],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Word = keyof typeof table;

/** Says a word in a language, with {names} replaced. Numbers are grouped by thousands; give codes as strings. */
export function say(language: Language, word: Word, values: Record<string, string | number> = {}): string {
  const [zh, en] = table[word];
  const text = plural(language, language === "zh" ? zh : en, values);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString("en") : value;
  });
}

/** English "1 working hours" reads wrong: the last word after a count of one loses its s. */
function plural(language: Language, text: string, values: Record<string, string | number>): string {
  return language === "en" && values["n"] === 1 ? text.replace(/^(\{n\} .*)s\b/, "$1") : text;
}

/** The language to begin with: the remembered one, else the browser's. */
export function firstLanguage(remembered: string | null, browser: readonly string[]): Language {
  if (remembered === "zh" || remembered === "en") return remembered;
  return (browser[0] ?? "zh").toLowerCase().startsWith("zh") ? "zh" : "en";
}

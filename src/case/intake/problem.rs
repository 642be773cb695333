//! What can be wrong with a file of requests.
//!
//! Owns the codes of intake. Messages give rows, columns and lines, never what stands there.

crate::problems! {
    /// Why a file, or a row of it, cannot be read as requests.
    pub enum IntakeProblem {
        /// Nothing is in it.
        Empty = "CH-I050", Input,
            "the file is empty" => "check that it was saved or exported completely",
            "文件为空" => "请确认文件已完整保存或导出";
        /// It is larger than any intake file.
        TooLarge { limit: u64 } = "CH-I051", Input,
            "the file is larger than {limit} bytes" => "split it into several files",
            "文件超过 {limit} 字节" => "请拆分为多个文件";
        /// Its content is of a kind that holds no requests.
        WrongType { found: &'static str } = "CH-I052", Input,
            "the file is {found}, not JSON, JSON lines, CSV or XLSX" => "export it as one of these; its name does not matter",
            "文件内容不是 JSON、JSONL、CSV 或 XLSX（实为 {found}）" => "请导出为上述格式之一；程序只看内容，不看扩展名";
        /// Its bytes are neither UTF-8 nor plausible GB18030.
        UnknownEncoding = "CH-I053", Input,
            "the text is neither UTF-8 nor GB18030" => "save it as UTF-8 (Excel: CSV UTF-8)",
            "文本既非 UTF-8 也非 GB18030" => "请另存为 UTF-8（Excel 选“CSV UTF-8”）";
        /// It is UTF-16.
        Utf16 = "CH-I054", Input,
            "the text is UTF-16" => "save it as UTF-8 (Excel: CSV UTF-8)",
            "文本为 UTF-16 编码" => "请另存为 UTF-8（Excel 选“CSV UTF-8”）";
        /// JSON is always UTF-8 (RFC 8259 section 8.1).
        JsonEncoding = "CH-I092", Input,
            "the JSON is in GB18030" => "save it as UTF-8; only CSV may be GB18030",
            "JSON 为 GB18030 编码" => "请另存为 UTF-8；仅 CSV 可为 GB18030";
        /// It could be read in two encodings.
        AmbiguousEncoding = "CH-I055", Input,
            "the text can be read as UTF-8 and as GB18030" => "name its encoding, or save it as UTF-8 with a byte order mark",
            "文本按 UTF-8 与 GB18030 均可读" => "请指明编码，或另存为带 BOM 的 UTF-8";
        /// It is no JSON.
        MalformedJson { line: u64, column: u64 } = "CH-I056", Input,
            "the JSON breaks at line {line}, column {column}" => "correct it there",
            "JSON 在第 {line} 行第 {column} 列有误" => "请在该处更正";
        /// It is JSON, but no single object.
        NotAnObject { line: u64 } = "CH-I057", Input,
            "line {line} does not hold one JSON object" => "write one object a line, or one object a file; no list around them",
            "第 {line} 行不是单个 JSON 对象" => "请每行一个对象，或全文一个对象，外层不要数组";
        /// A row is longer than any request.
        RowTooLong { row: u64, limit: u64 } = "CH-I058", Input,
            "row {row} is longer than {limit} bytes" => "look for a missing quotation mark or line break before it",
            "第 {row} 行超过 {limit} 字节" => "请检查其前是否缺少引号或换行";
        /// The first row holds no headings.
        NoHeadings = "CH-I059", Input,
            "the first row holds no known headings" => "put field names or Chinese headings into the first row, or set the principal's heading map",
            "首行没有可识别的表头" => "请在首行填写字段名或中文表头，或设定委托人的表头对照";
        /// A column's heading is not known.
        UnknownColumn { column: String } = "CH-I060", Input,
            "the heading of column {column} is not known" => "correct it, or map or ignore it in the principal's heading map",
            "第 {column} 列的表头无法识别" => "请更正，或在委托人的表头对照中设定或忽略";
        /// Two columns mean the same.
        DoubleColumn { column: String, field: String } = "CH-I061", Input,
            "column {column} gives `{field}`, which another column gives already" => "remove or ignore one of them",
            "第 {column} 列与另一列同为 `{field}`" => "请删除或忽略其中一列";
        /// A row has more or fewer cells than there are headings.
        UnevenRow { row: u64, wanted: usize, found: usize } = "CH-I062", Input,
            "row {row} has {found} cells under {wanted} headings" => "quote values that hold the separator",
            "第 {row} 行有 {found} 格，表头为 {wanted} 列" => "含分隔符的值请加引号";
        /// A quotation mark is never closed.
        OpenQuote = "CH-I063", Input,
            "the quotation marks do not pair" => "close the open one, and double those inside values",
            "引号不成对" => "请补全引号，值内的引号须写两次";
        /// A password is needed to read it.
        Password = "CH-I064", Input,
            "the workbook is protected by a password" => "save a copy without password and hand that in",
            "工作簿设有密码" => "请另存无密码副本后提交";
        /// It is of the time before XLSX.
        LegacyWorkbook = "CH-I065", Input,
            "the workbook is of the old XLS form" => "save it as XLSX",
            "工作簿为旧版 XLS 格式" => "请另存为 XLSX";
        /// It is a ZIP, but no workbook a reader understands.
        BrokenWorkbook = "CH-I066", Input,
            "the workbook cannot be read" => "open it in a spreadsheet program and save it anew as XLSX",
            "工作簿无法读取" => "请用表格软件打开并重新另存为 XLSX";
        /// What it unpacks to is out of proportion.
        Inflated { limit: u64 } = "CH-I067", Input,
            "the workbook unpacks to more than {limit} bytes" => "split it, and remove pictures and empty formatted rows",
            "工作簿解压后超过 {limit} 字节" => "请拆分，并删除图片与空白格式行";
        /// Its first sheet does not show.
        HiddenSheet = "CH-I068", Input,
            "the first sheet is hidden or no worksheet" => "put the sheet with the requests first and show it",
            "首个工作表被隐藏或不是普通工作表" => "请将请求所在工作表置于首位并取消隐藏";
        /// Its row does not show.
        HiddenRow { row: u64 } = "CH-I131", Input,
            "row {row} is hidden, as by a filter" => "show it if it is meant, or delete it",
            "第 {row} 行被隐藏或筛选" => "如需处理请取消隐藏，否则请删除该行";
        /// Cells are merged.
        MergedCells { row: u64 } = "CH-I069", Input,
            "row {row} holds merged cells" => "unmerge them and fill in each cell",
            "第 {row} 行有合并单元格" => "请取消合并并逐格填写";
        /// A number has more digits than a spreadsheet keeps.
        LongNumber { row: u64, column: String } = "CH-I070", Input,
            "row {row}, column {column} holds a number of more than 15 digits, whose end the spreadsheet has lost" => "format the column as text and enter the number again from its source",
            "第 {row} 行 {column} 列数字超过 15 位，表格软件已丢失末位" => "请将该列设为文本，并按来源重新填写";
        /// A number stands where text is wanted.
        NumericCell { row: u64, column: String } = "CH-I071", Input,
            "row {row}, column {column} holds a number where text is wanted; leading zeros may be lost" => "format the column as text and enter it again",
            "第 {row} 行 {column} 列应为文本却存为数字，前导零可能已丢失" => "请将该列设为文本后重新填写";
        /// A formula stands where a value is wanted.
        FormulaCell { row: u64, column: String } = "CH-I072", Input,
            "row {row}, column {column} holds a formula, whose stored result may be out of date" => "paste it as a value",
            "第 {row} 行 {column} 列为公式，其缓存结果可能过期" => "请粘贴为数值";
        /// A calculation failed.
        ErrorCell { row: u64, column: String } = "CH-I073", Input,
            "row {row}, column {column} holds a spreadsheet error" => "enter the value",
            "第 {row} 行 {column} 列为表格错误值" => "请填写正确的值";
        /// A date or flag stands in a column of another kind, or an amount has more than two decimals.
        CellKind { row: u64, column: String } = "CH-I074", Input,
            "row {row}, column {column} holds a cell of the wrong kind" => "format the column as text and enter the value in the form its field asks for",
            "第 {row} 行 {column} 列单元格类型不符" => "请将该列设为文本并按字段要求填写";
        /// A value stands under no heading.
        NoHeadingAbove { row: u64, column: String } = "CH-I075", Input,
            "row {row}, column {column} holds a value under no heading" => "give the column a heading or clear the cell",
            "第 {row} 行 {column} 列有值但无表头" => "请补充表头或清空该格";
        /// More rows or columns than a sheet of requests has.
        TooManyCells { limit: u64 } = "CH-I076", Input,
            "the sheet holds more than {limit} rows or columns" => "split it into several files",
            "工作表超过 {limit} 行或列" => "请拆分为多个文件";
        /// It changed between two readings.
        Changed = "CH-I077", Input,
            "the file changed while it was read" => "close it elsewhere and start again; requests already taken will resume",
            "读取期间文件被改动" => "请关闭其他程序后重试；已受理的请求会续办";
        /// The system refused.
        Unreadable { source: std::io::Error } = "CH-I078", Fault,
            "the file cannot be read further: {source}" => "check the disk and the file, then start again",
            "文件无法继续读取：{source}" => "请检查磁盘与文件后重试";
        /// Headings and no rows.
        NoRows = "CH-I079", Input,
            "the file holds headings and no request" => "check that it was exported completely",
            "文件只有表头，没有请求" => "请确认导出完整";
        /// A heading map names a field that requests do not carry.
        UnknownTarget { row: usize } = "CH-I080", Input,
            "line {row} of the heading map names no field of requests" => "name a field of the catalogue, or `-` to ignore the column",
            "表头对照第 {row} 条所指不是请求字段" => "请填写字段名，或填 `-` 忽略该列";
        /// A heading map gives one heading twice.
        DoubleHeading { row: usize } = "CH-I081", Input,
            "line {row} of the heading map gives a heading or constant that was given before" => "keep one of them",
            "表头对照第 {row} 条与前文重复" => "请只保留一条";
        /// A date that two people would read as two days.
        DoubtfulDate { row: u64, column: String } = "CH-I140", Input,
            "row {row}, column {column} holds a date that can be read in more than one way" => "write the year first and with four digits, such as 2026-12-09, or make it a date cell",
            "第 {row} 行 {column} 列的日期可作多种读法" => "请先写四位年份（如 2026-12-09），或设为日期单元格";
        /// A column that is read does not show.
        HiddenColumn { column: String, field: String } = "CH-I141", Input,
            "column {column}, which gives `{field}`, is hidden" => "show it if it is meant, or let the principal's heading map ignore it",
            "第 {column} 列（`{field}`）被隐藏" => "如需读取请取消隐藏，否则请在委托人的表头对照中忽略该列";
        /// A column that is ignored does not show.
        HiddenAside { column: String } = "CH-I142", Finding,
            "column {column} is hidden, and ignored as the heading map says" => "look at it once before the file is used",
            "第 {column} 列被隐藏，已按表头对照忽略" => "请在使用文件前查看该列";
        /// A sheet that does not show.
        HiddenOther { name: String } = "CH-I143", Finding,
            "sheet `{name}` is hidden and not read" => "look at it before the file is used; requests stand in the first sheet",
            "工作表 `{name}` 被隐藏，未读取" => "请在使用文件前查看；请求须在首个工作表";
        /// A further sheet.
        OtherSheet { name: String } = "CH-I144", Finding,
            "sheet `{name}` is not read: only the first one is" => "hand in requests of other sheets as files of their own",
            "工作表 `{name}` 未读取：只读首个工作表" => "其他工作表中的请求请另存为单独文件";
        /// Dates in a spelling of the bank's.
        SpelledDates { column: String, count: u64, row: u64, example: &'static str } = "CH-I145", Finding,
            "column {column} writes {count} of its dates like `{example}`, the first in row {row}; they are read as year, month and day" => "compare the first of them with the sheet",
            "第 {column} 列有 {count} 个日期写作 `{example}` 的形式（首见于第 {row} 行），已按年、月、日读取" => "请与原表核对首个日期";
    }
}

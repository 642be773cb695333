//! What the press, the proof and the reading back of a PDF refuse.

use crate::problem::Report;

crate::problems! {
    /// Why a page, its proof or its PDF is refused.
    pub enum TypesetError {
        /// A font file holds no face.
        FontUnreadable { name: String } = "CH-P001", Input,
            "font file `{name}` holds no readable face" => "give a TTF, OTF or TTC file that is whole",
            "字体文件 `{name}` 无法读取" => "请提供完整的 TTF、OTF 或 TTC 文件";
        /// Two faces answer to one family and style, so the choice would hang on their order.
        FontTwice { name: String, family: String } = "CH-P002", Input,
            "font file `{name}` repeats a face of family `{family}`" => "keep one file for each family, style and weight",
            "字体文件 `{name}` 与字体族 `{family}` 的已有字形重复" => "每个字体族的每种样式与字重只保留一个文件";
        /// A file of the package has a name that cannot stand in the closed world.
        FileName { path: String } = "CH-P003", Input,
            "package file `{path}` has a name a layout cannot use" => "use letters, digits, `.`, `_` and `-`, parts divided by `/`",
            "模板包文件名 `{path}` 不可用" => "文件名只用字母、数字、`.`、`_`、`-`，各级以 `/` 分隔";
        /// The package has no layout.
        NoLayout = "CH-P004", Input,
            "the package holds no `layout.typ`" => "add the layout to the package and have it approved",
            "模板包中没有 `layout.typ`" => "请补上版面文件并重新核准";
        /// A Typst file is not UTF-8.
        NotText { path: String } = "CH-P005", Input,
            "package file `{path}` is not UTF-8 text" => "save it as UTF-8",
            "模板包文件 `{path}` 不是 UTF-8 文本" => "请以 UTF-8 编码保存";
        /// A picture could carry text, code or links past the proof of the page.
        Picture { path: String } = "CH-P006", Refusal,
            "picture `{path}` holds text, script, a link or another document" => "turn its text into outlines and leave only shapes",
            "图片 `{path}` 含文字、脚本、链接或其他文档" => "请将文字转为轮廓，只保留图形";
        /// An asset of one letter has a name the press does not take.
        AssetName { path: String } = "CH-P007", Input,
            "asset `{path}` cannot be put into the world of the letter" => "use the asset names the package names, none of its own files",
            "素材 `{path}` 不能放入信函版面" => "请使用模板包约定的素材名，不得与包内文件同名";
        /// The data of one letter is larger than a letter can be.
        DataTooLarge { limit: usize } = "CH-P008", Input,
            "the data of the letter is larger than {limit} bytes" => "shorten the fields of the request",
            "信函数据超过 {limit} 字节" => "请缩短申请中的字段";
        /// Typst says the layout is wrong.
        Layout { place: String, message: String, advice: String } = "CH-P010", Refusal,
            "layout refused at {place}: {message}{advice}" => "correct the layout and have the package approved again",
            "版面在 {place} 处出错：{message}{advice}" => "请修正版面并重新核准模板包";
        /// Typst warns. A warning has been seen to mean a blank page.
        LayoutWarning { place: String, message: String, advice: String } = "CH-P011", Refusal,
            "layout warned at {place}: {message}{advice}" => "correct the layout until it gives no warning",
            "版面在 {place} 处有警告：{message}{advice}" => "请修正版面，直至没有警告";
        /// The layout did not end in time.
        Overrun { seconds: u64 } = "CH-P012", Refusal,
            "the layout did not end within {seconds} s" => "look for a loop in the layout, then start again",
            "版面未在 {seconds} 秒内完成" => "请检查版面中的循环，然后重新开始";
        /// A layout that overran may still be running in this press.
        Stopped = "CH-P013", Refusal,
            "this press was stopped after a layout that did not end" => "end the program and start it again without that package",
            "此前有版面未能完成，排版已停用" => "请退出程序，排除该模板包后重新启动";
        /// More pages than the kind of document may have.
        TooManyPages { pages: usize, limit: usize } = "CH-P014", Refusal,
            "the layout made {pages} pages, at most {limit} are allowed" => "shorten the fields or raise the package's limit",
            "版面共 {pages} 页，超过上限 {limit} 页" => "请缩短字段内容，或调整模板包的页数上限";
        /// The engine itself failed.
        EngineFailed = "CH-P015", Fault,
            "the layout engine failed" => "keep the request and the package and report it",
            "排版引擎发生故障" => "请保留申请与模板包并上报";
        /// The engine broke off on this very letter.
        BrokenOff = "CH-R293", Refusal,
            "the layout engine broke off on this letter" => "keep the request and the package and report it; other letters are not concerned",
            "排版引擎在处理本函件时中断" => "请保留申请与模板包并上报；其他函件不受影响";
        /// A character no given font can draw.
        MissingGlyph { character: char, codepoint: String, page: usize } = "CH-P020", Refusal,
            "no font draws `{character}` ({codepoint}) on page {page}" => "add a font that holds it, or have the name confirmed",
            "第 {page} 页的 `{character}`（{codepoint}）没有可用字形" => "请添加含该字的字体，或核实姓名用字";
        /// A page without text.
        BlankPage { page: usize } = "CH-P021", Refusal,
            "page {page} is blank" => "correct the layout so that every page holds text",
            "第 {page} 页为空白" => "请修正版面，使每页都有文字";
        /// Text that is there and cannot be read: off the page, cut off, covered, tiny or pale.
        Unseen { page: usize, x: u32, y: u32 } = "CH-P022", Refusal,
            "text on page {page} at {x} mm, {y} mm cannot be seen" => "keep text on the page, uncovered, dark and at least 4 pt",
            "第 {page} 页 {x} mm、{y} mm 处的文字无法看到" => "文字须在页面之内、不被遮盖、颜色可辨且不小于 4 磅";
        /// A link, or a pattern that could hide text.
        Forbidden { page: usize, what: &'static str } = "CH-P023", Refusal,
            "page {page} holds {what}" => "leave only text, rules, shapes and the package's pictures",
            "第 {page} 页含不允许的内容（{what}）" => "只保留文字、线条、图形和模板包内的图片";
        /// A string that had to be on the page is not, or not as often as it had to be.
        MissingPart { part: String } = "CH-P030", Refusal,
            "part `{part}` is not on the page as it was meant" => "correct the layout so that it places every part whole",
            "`{part}` 部分未按原文排入页面" => "请修正版面，使各部分完整排入";
        /// Text on the page that nobody meant.
        UnmeantText { page: usize, x: u32, y: u32 } = "CH-P031", Refusal,
            "text on page {page} at {x} mm, {y} mm was not meant" => "take all text of the layout from the data of the letter",
            "第 {page} 页 {x} mm、{y} mm 处有计划外的文字" => "版面中的文字须全部取自信函数据";
        /// A picture that was given for this letter is not on a page.
        MissingPicture { path: String } = "CH-P032", Refusal,
            "picture `{path}` is not on any page" => "correct the layout so that it places the picture",
            "图片 `{path}` 未排入页面" => "请修正版面，排入该图片";
        /// The strings are too ambiguous to tell which of them stands where.
        Undecided = "CH-P033", Refusal,
            "the proof of the page could not be finished" => "avoid parts that repeat one another",
            "无法完成页面核对" => "请避免各部分文字相互重复";
        /// The PDF could not be made to its standard.
        Export { place: String, message: String, advice: String } = "CH-P040", Refusal,
            "pdf refused at {place}: {message}{advice}" => "correct the layout; PDF/A-2a and PDF/UA-1 are required",
            "PDF 在 {place} 处不合规：{message}{advice}" => "请修正版面；须符合 PDF/A-2a 与 PDF/UA-1";
        /// The date cannot be written into a PDF.
        Date = "CH-P041", Input,
            "the issue date cannot be written into a pdf" => "use a date between the years 1 and 9999",
            "签发日期无法写入 PDF" => "请使用公元 1 年至 9999 年之间的日期";
        /// The bytes are no PDF this program can read whole.
        Unreadable { what: String } = "CH-P050", Input,
            "the pdf cannot be read back: {what}" => "check that the file is whole and not encrypted",
            "PDF 无法读取：{what}" => "请确认文件完整且未加密";
        /// What a reader extracts is not what was placed.
        TextDiffers { page: usize } = "CH-P051", Refusal,
            "the text read back from page {page} is not the text placed" => "use fonts with a sound mapping to Unicode",
            "第 {page} 页读回的文字与排入的不一致" => "请使用字符映射完好的字体";
        /// A number that must not leave is in the PDF.
        Leak { kind: String, place: String } = "CH-P052", Finding,
            "an unmasked {kind} is in the pdf ({place})" => "mask the field it comes from and make the document again",
            "PDF 中有未遮蔽的号码（{kind}，{place}）" => "请遮蔽来源字段后重新制作";
        /// A file hides in the PDF.
        Attachment = "CH-P053", Finding,
            "the pdf carries an attached file" => "make the document again from an approved package",
            "PDF 内附有其他文件" => "请用已核准的模板包重新制作";
        /// Something in the PDF acts, links or can be filled in.
        Active { what: String } = "CH-P054", Finding,
            "the pdf holds an active part: {what}" => "make the document again from an approved package",
            "PDF 含可交互内容：{what}" => "请用已核准的模板包重新制作";
        /// Text that cannot be a QR code of a letter.
        CodeText { limit: usize } = "CH-P060", Input,
            "the text of the code must be 1 to {limit} printable ASCII characters" => "give the letter number and its check code only",
            "二维码内容须为 1 至 {limit} 个可打印 ASCII 字符" => "只写入函号与核验码";
    }
}

impl TypesetError {
    /// Whether `report` tells that a press will lay out nothing more.
    #[must_use]
    pub fn stops_press(report: &Report) -> bool {
        ["CH-P012", "CH-P013", "CH-P015", "CH-R293"].contains(&report.code.code)
    }
}

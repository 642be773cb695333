//! What can go wrong with numbers and with masking a stream, as coded problems.

problems! {
    /// Why a number, an allow-list or a stream was not taken.
    pub enum MaskingError {
        /// A line of an allow-list is no account number.
        AllowListLine { line: usize } = "CH-M001", Input,
            "line {line} of the allow-list is no account number" =>
                "write one account of 8 to 32 digits on each line; comments begin with #",
            "白名单第 {line} 行不是账号" => "每行写一个 8 至 32 位账号，注释以 # 开头";
        /// The text is not UTF-8.
        NotUtf8 { offset: u64 } = "CH-M002", Input,
            "the text is not UTF-8 at byte {offset}" =>
                "convert the text to UTF-8 first; nothing past that byte was written",
            "文本在第 {offset} 字节处不是 UTF-8" => "请先转换为 UTF-8；该字节之后的内容未写出";
        /// The text could not be read.
        Read { source: std::io::Error } = "CH-M003", Fault,
            "the text cannot be read: {source}" => "check the source of the text and try again",
            "无法读取文本：{source}" => "请检查文本来源后重试";
        /// The masked text could not be written.
        Write { source: std::io::Error } = "CH-M004", Fault,
            "the masked text cannot be written: {source}" =>
                "check room and rights of the place it goes to and try again",
            "无法写出掩码后的文本：{source}" => "请检查目标位置的空间和权限后重试";
        /// A card number has a wrong number of digits.
        CardLength = "CH-M010", Input,
            "a card number has 12 to 32 digits" => "check the number against the card",
            "卡号应为 12 至 32 位数字" => "请与卡片核对号码";
        /// A card number holds something that is no digit.
        CardCharset = "CH-M011", Input,
            "a card number holds digits and separators only" => "check the number against the card",
            "卡号只能包含数字和分隔符" => "请与卡片核对号码";
        /// An identity number has a wrong length.
        IdentityLength = "CH-M020", Input,
            "an identity number has 18 characters, an old one 15" =>
                "check the number against the identity card",
            "身份证号应为 18 位（旧号 15 位）" => "请与身份证核对号码";
        /// An identity number holds a character it cannot hold.
        IdentityCharset = "CH-M021", Input,
            "an identity number holds digits and at most a final X" =>
                "check the number against the identity card",
            "身份证号只能包含数字，末位可为 X" => "请与身份证核对号码";
        /// An identity number begins with no province.
        IdentityRegion = "CH-M022", Input,
            "the identity number begins with no known province code" =>
                "check the first two digits against the identity card",
            "身份证号开头不是已知的省级代码" => "请与身份证核对前两位";
        /// An identity number holds no date of birth.
        IdentityDate = "CH-M023", Input,
            "the identity number holds no possible date of birth" =>
                "check the date in it against the identity card",
            "身份证号中的出生日期不成立" => "请与身份证核对出生日期";
        /// The check character of an identity number is wrong.
        IdentityCheckDigit = "CH-M024", Input,
            "the check character of the identity number is wrong" =>
                "check the number against the identity card",
            "身份证号校验码错误" => "请与身份证核对号码";
        /// A passport or permit number has a wrong shape.
        DocumentShape = "CH-M030", Input,
            "a passport or permit number has 5 to 18 letters and digits" =>
                "check the number against the document",
            "护照或通行证号码应为 5 至 18 位字母和数字" => "请与证件核对号码";
        /// A text that should show no number shows one.
        Leak { kind: &'static str, position: usize } = "CH-M040", Finding,
            "an unmasked {kind} number stands at character {position}" =>
                "mask the value before it is composed",
            "第 {position} 个字符处有未掩码的号码（{kind}）" => "请在编排之前对该值进行掩码";
    }
}

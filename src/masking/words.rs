//! The words that name numbers.
//!
//! In compatibility form, lower case and without blanks, as the text around a number is brought
//! to before they are looked for. A word is matched by its end, so `招商银行信用卡` needs no entry
//! of its own.

/// Payment cards.
pub(super) const CARD: &str = "
    卡 卡号 卡號 卡号码 卡片号 卡编号 卡片编号 银行卡 銀行卡 信用卡 借记卡 储蓄卡 贷记卡 联名卡
    银联 银联卡 一卡通 主卡 附属卡 旧卡 新卡 原卡 card cards cardid visa mastercard master amex
    americanexpress jcb unionpay diners dinersclub maestro discover pan 万事达 运通 大来 yhk
    yhkh kh kahao xyk xykh
";

/// Bank accounts, and accounts of other kinds.
pub(super) const ACCOUNT: &str = "
    账号 帐号 賬號 帳號 账户 帐户 賬戶 帳戶 户头 存折 存摺 存单 对公户 账 银行账 account
    accountnumber acct acc a/c zh zhanghao yhzh iban 户号
";

/// Identity cards.
pub(super) const IDENTITY: &str = "
    身份证 身份證 身分证 身分證 身份号 身份 公民身份 公民身份号码 证件 證件 证号 證號 证 一代证
    二代证 身份证件 证件编号 身份证编号 户口 户口本 户口簿 持证人 居民证 居住证 港澳台居民居住证
    idcard identity identitycard nationalid citizenid idno id sfz sfzh sfzhm zjh zjhm
    shenfenzheng certno idnumber
";

/// Passports, permits and identity papers of other places.
pub(super) const DOCUMENT: &str = "
    护照 護照 passport passportno 通行证 通行證 台胞证 台胞證 回乡证 回鄉證 居留证 居留證
    居留身份证 居留卡 居留许可 永居证 旅行证 旅行證 permit travelpermit traveldocument 军官证
    士兵证 警官证 军人证 军人身份证 文职证 香港身份证 香港身份證 澳门身份证 澳門身份證
    台湾身份证 hkid 海员证 边民证 出入境证 往来证 huzhao 难民证
";

/// The last digits of a number.
pub(super) const TAIL: &str = "
    尾号 尾號 尾数 末位 末尾 后四位 末四位 后4位 末4位 后六位 末六位 后6位 末6位 后八位 后8位
    last4 lastfour ending endingin endsin 尾号后四位
";

/// Telephones.
pub(super) const PHONE: &str = "
    电话 電話 手机 手機 联系方式 座机 固话 固定电话 传真 傳真 热线 tel telephone phone mobile
    cell fax 致电 拨打 客服 短信 分机 来电 去电 主叫 被叫 电联 联络 热线电话 手机尾号 dianhua
    shouji 电话卡 手机卡 手机尾数 电话尾号
";

/// Sums of money.
pub(super) const AMOUNT: &str = "
    金额 金額 人民币 人民幣 余额 餘額 本金 利息 罚息 违约金 滞纳金 欠款 合计 总计 总额 额度 ¥ ￥
    $ € £ rmb cny usd hkd amount total balance 尚欠 应还 已还 还款额 费用
";

/// Numbers that are known to be none of these: serials, orders, policies, codes, times.
pub(super) const OTHER: &str = "
    流水 流水号 交易 交易号 交易流水 订单 订单号 單號 单号 单据 保单 保险单 保單 合同 合約 合约
    协议 编号 編號 编码 批次 批号 序列 序号 参考 凭证 运单 快递 物流 邮件 挂号 邮编 邮政编码
    税号 纳税人识别 信用代码 机构代码 组织机构代码 注册 登记 许可证 营业执照 执照 发票 票据 联行
    行号 案号 案件 函号 文号 条码 条形码 二维码 imei imsi iccid isbn issn ean upc 时间 日期
    时间戳 有效期 有效期至 出生 出生日期 timestamp time date ts order orderid orderno trace
    traceno serial serialno sn invoice ref reference transaction transactionid txn txnid 档案
    版本 version qq 微信 wechat sha256 sha1 md5 hash uuid 哈希 摘要 校验 指纹 申请 申请书 受理
    报案 赔案 理赔 工单 任务 请求 requestid request traceid eventid userid uid 客户 会员 学号
    工号 证书 证书编号 车架 发动机 车牌 入账 到账 记账 支付单 支付 商户 商户号 终端 终端号
    统一社会信用代码 社会信用代码 执行案号 资格证 上岗证 工作证 工作证件 房产证 不动产
    不动产权证 产权证 毕业证 学位证 驾驶证档案 设备 序列号 邮件号 ip 端口 登记证 凭证号 回执
    执业证 执业证书 律师证 执业许可 行驶证 合格证 准考证 结婚证 离婚证 学生证
    批准 批准文号 备案 icp 结算 清算 对账 转账 转账流水
";

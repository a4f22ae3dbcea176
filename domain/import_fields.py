"""Which columns of a file may become which columns of ours: readers, and the headers by which they are known.

The synonyms hold the usual Chinese headers and those of Zoho, HubSpot and Salesforce exports, the surest first.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from domain import import_values as values

LEAD, PRODUCT = KINDS = ("lead", "product")
REMARKS = re.compile(r"[(\[（【].*?[)\]）】]")


@dataclass(frozen=True)
class Field:
    """A column of ours: how a cell is read, and which headers mean it."""

    name: str
    read: Callable
    synonyms: tuple
    required: bool = False


def known_as(text):
    return tuple(key_of(word) for word in text.split(" · "))


def key_of(header):
    """The form in which two spellings of a header are equal: remarks in brackets, blanks and signs left out."""
    folded = unicodedata.normalize("NFKC", REMARKS.sub("", header)).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


FIELDS = {
    LEAD: (
        Field("name", values.line(200), known_as(
            "企业名称 · 公司名称 · 客户名称 · 单位名称 · 企业全称 · 公司全称 · 线索名称 · 公司 · 客户 · 企业 · 单位 · Company · Company Name · "
            "Account Name · Organization · Organisation · Account · Customer Name · Full name · Name · 名称"
        ), required=True),
        Field("contact_name", values.line(60), known_as(
            "联系人 · 联系人姓名 · 姓名 · 负责人 · 法人 · 法定代表人 · Contact · Contact Name · Contact Person · Last Name · First Name · Name"
        )),
        Field("contact_title", values.line(60), known_as("职务 · 职位 · 岗位 · 联系人职务 · Title · Job Title · Contact Title · Position")),
        Field("phone", values.phone, known_as(
            "手机 · 手机号 · 手机号码 · 联系人手机 · 联系电话 · 电话 · 电话号码 · 联系方式 · 固定电话 · Mobile · Mobile Phone · "
            "Mobile Phone Number · Phone · Phone Number · Telephone · Tel"
        )),
        Field("wechat", values.line(60), known_as("微信 · 微信号 · WeChat · WeChat ID")),
        Field("email", values.email, known_as("邮箱 · 电子邮箱 · 邮件 · 电子邮件 · Email · E-mail · Email Address · Mail")),
        Field("credit_code", values.credit_code, known_as(
            "统一社会信用代码 · 社会信用代码 · 信用代码 · 税号 · 纳税人识别号 · Credit Code · Unified Social Credit Code · Tax ID"
        )),
        Field("registered_on", values.day_reader(), known_as(
            "注册日期 · 成立日期 · 注册时间 · 成立时间 · Registered On · Registration Date · Founded · Incorporation Date"
        )),
        Field("province", values.line(40), known_as(
            "所在省份 · 省份 · 省 · 所属省份 · 省市 · Province · State · State/Region · Billing State · Mailing State · Region"
        )),
        Field("city", values.line(40), known_as(
            "城市 · 所在城市 · 市 · 所属城市 · 地级市 · 地区 · 所在地区 · 所属地区 · 区域 · City · Billing City · Mailing City"
        )),
        Field("address", values.line(200), known_as(
            "地址 · 详细地址 · 公司地址 · 注册地址 · 通讯地址 · 企业地址 · Address · Street Address · Street · Billing Street"
        )),
        Field("website", values.line(200), known_as("网址 · 公司网址 · 官网 · 网站 · Website · Website URL · Company Domain Name · Domain")),
        Field("industry", values.line(60), known_as("行业 · 所属行业 · 行业类别 · Industry")),
        Field("source", values.line(60), known_as("来源 · 线索来源 · 客户来源 · 渠道 · Source · Lead Source · Original Source")),
        Field("budget", values.line(60), known_as("预算 · 预算金额 · Budget")),
        Field("need", values.plain(2000), known_as(
            "需求 · 需求描述 · 采购需求 · 备注 · 说明 · 描述 · Need · Requirement · Description · Notes · Remark"
        )),
    ),
    PRODUCT: (
        Field("sku", values.line(64), known_as(
            "SKU · 产品编码 · 商品编码 · 产品编号 · 商品编号 · 货号 · 编码 · 物料编码 · Product Code · Product SKU · Item Code · Code · "
            "Product ID · PRODUCTID"
        ), required=True),
        Field("name", values.line(200), known_as("产品名称 · 商品名称 · 名称 · 品名 · 产品 · 商品 · Product Name · Item Name · Name · Product"),
              required=True),
        Field("price", values.money, known_as(
            "含税单价 · 含税价 · 销售价 · 售价 · 单价 · 标准价格 · 标准售价 · 价格 · 目录价 · 零售价 · "
            "List price with tax · Unit Price · List Price · Price · Sales Price"
        ), required=True),
        Field("cost", values.money, known_as(
            "成本 · 成本价 · 含税成本 · 采购价 · 进价 · Cost with tax · Cost · Cost Price · Unit Cost · Purchase Price"
        )),
        Field("tax_rate", values.tax_rate, known_as("税率 · 增值税率 · Tax Rate · VAT · Tax · Taxable")),
        Field("category", values.line(60), known_as("分类 · 产品分类 · 商品分类 · 类别 · 产品类别 · Product Category · Category · Product Family")),
        Field("spec", values.line(200), known_as("规格 · 规格型号 · 型号 · Specification · Spec · Model · Description")),
        Field("unit", values.line(20), known_as("单位 · 计量单位 · Unit · Usage Unit · Unit of Measure · UOM")),
        Field("active", values.yes_or_no, known_as(
            "在售 · 状态 · 是否启用 · 是否在售 · 上下架 · On sale · Product Active · Active · Is Active · Status"
        )),
    ),
}


def fields_of(what):
    return FIELDS[what]


def guess(what, headers):
    """{field: position of the column}: each column goes to the field that knows it best, and to one field only."""
    keys = [key_of(header) for header in headers]
    pairs = sorted(
        (field.synonyms.index(key), order, position, field.name)
        for order, field in enumerate(FIELDS[what])
        for position, key in enumerate(keys)
        if key in field.synonyms
    )
    mapping = {}
    for _rank, _order, position, name in pairs:
        if name not in mapping and position not in mapping.values():
            mapping[name] = position
    return mapping


def recogniser(what):
    """A function that counts the headers of a row that some field knows: the header row is the one with most."""
    known = {synonym for field in FIELDS[what] for synonym in field.synonyms}
    return lambda headers: sum(key_of(header) in known for header in headers)


def missing(what, mapping):
    """Names of the required fields that have no column yet."""
    return [field.name for field in FIELDS[what] if field.required and field.name not in mapping]

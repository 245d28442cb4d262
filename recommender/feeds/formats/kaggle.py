"""The fashion tables of Kaggle: `styles.csv` beside `images/1163.jpg`.

Reference: Aggarwal, "Fashion Product Images Dataset", Kaggle.
"""

from recommender.feeds.formats.base import Format, Sheet
from recommender.feeds.rows import Rows

KINDS = ("mastercategory", "subcategory", "articletype")


def read(sheet: Sheet) -> Rows:
    """One item a row; where no column names a picture, its id does."""
    for place, record in sheet.records:
        pictures = sheet.maker.pictures(record) or (sheet.maker.get(record, "id"),)
        path = [text for name in KINDS if (text := sheet.cell(record, name))]
        yield sheet.maker.to_row(place, record, pictures=list(filter(None, pictures)), path=path)


FORMAT = Format(
    name="Kaggle fashion table",
    signs=(frozenset({"id", "articletype", "productdisplayname"}),),
    columns={
        "id": ("id",),
        "image": ("image", "filename", "file", "link"),
        "title": ("productdisplayname",),
        "category": ("articletype", "subcategory", "mastercategory"),
        "brand": ("brand", "brandname"),
        "colour": ("basecolour",),
        "price": ("price",),
    },
    left_out=frozenset({"mastercategory", "subcategory"}),
    read=read,
)

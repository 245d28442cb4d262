"""A table that no shop system made: columns by the names that people give them."""

from recommender.feeds.formats.base import Format, read_each

# In the order of preference
FORMAT = Format(
    name="table",
    signs=(frozenset(),),
    columns={
        "id": ("id", "item_id", "sku", "product_id", "article_number"),
        "image": (
            *("image", "file", "filename", "file_name", "path", "image_url", "image_link"),
            *(
                "image_src",
                "image_path",
                "images",
                "image_1",
                "image1",
                "picture",
                "img",
                "photo_url",
            ),
            "additional_image_link",
        ),
        "images": (
            *("images", "image_2", "image2", "image_3", "image3", "image_4", "image4", "image_5"),
            *("image5", "additional_images", "additional_image_link", "additional_image_links"),
        ),
        "title": ("title", "name", "product_name"),
        "category": ("category", "product_type", "categories"),
        "brand": ("brand", "vendor", "manufacturer"),
        "colour": ("colour", "color"),
        "material": ("material",),
        "price": ("price", "regular_price"),
        "sale_price": ("sale_price", "special_price"),
        "availability": ("availability", "in_stock", "stock", "available"),
        "gtin": ("gtin", "ean", "upc", "barcode"),
        "sku": ("sku",),
        "link": ("link", "url", "product_url"),
    },
    read=read_each,
)

"""Exports of shop systems as they are found, and the pictures and categories in them."""

import json

import pytest

from recommender.errors import CatalogueError
from recommender.feeds.formats import FORMATS, recognise
from recommender.feeds.links import split_pictures
from recommender.feeds.tables import look_into
from tests.feeds.making import left_out, products, read

SHOPIFY = (
    "Handle,Title,Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
    "Variant Compare At Price,Variant Inventory Qty,Variant Barcode,Image Src,Image Position,"
    "Variant Image,Status\n"
)
WOO = (
    "ID,Type,SKU,Name,Published,Visibility in catalog,In stock?,Sale price,Regular price,"
    "Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n"
)


def test_rows_of_one_handle_need_not_be_together() -> None:
    made = read(
        SHOPIFY + "mug,Mug,Acme,Mugs,true,Color,Navy,M1,19.90,25,3,400,navy.jpg,1,,active\n"
        "lamp,Lamp,Acme,Lamps,true,Title,Default Title,L1,80,,0,,lamp.jpg,1,lamp2.jpg,active\n"
        "mug,,,,,,Sand,M2,21,,0,,,,sand.jpg,\n"
        "lamp,,,,,,,,,,,,lamp2.jpg,2,,\n"
        "mug,,,,,,Moss,M3,21,,0,,back.jpg,2,navy.jpg,\n"
    )
    found = products(made)
    assert list(found) == ["mug", "mug/Sand", "lamp"]
    mug, lamp = found["mug"], found["lamp"]
    assert (mug.pictures, mug.price) == (("navy.jpg", "back.jpg"), 19.9)
    assert mug.attributes["options"] == "Color: Navy, Sand, Moss"
    assert (mug.attributes["regular_price"], mug.attributes["gtin"]) == ("25", "400")
    assert (mug.attributes["availability"], lamp.attributes["availability"]) == (
        "in stock",
        "out of stock",
    )
    assert lamp.pictures == ("lamp.jpg", "lamp2.jpg")  # "Default Title" is no variant
    assert "options" not in lamp.attributes


def test_a_variants_row_may_stand_above_its_products() -> None:
    made = read(
        SHOPIFY + "mug,,,,,,Sand,M2,21,,0,,,,sand.jpg,\n"
        "mug,Mug,Acme,Mugs,true,Color,Navy,M1,19.90,,3,,navy.jpg,1,,active\n"
    )
    assert {key: row.fields["title"] for key, row in products(made).items()} == {
        "mug": "Mug",
        "mug/Sand": "Mug, Sand",
    }


@pytest.mark.parametrize("state", ["draft", "archived", "Draft", "unlisted"])
def test_what_the_shop_hides_stays_out_and_is_counted(state: str) -> None:
    text = SHOPIFY + f"mug,Mug,,,true,Title,Default Title,1,10,,,,a.jpg,1,,{state}\n"
    made = read(text)
    assert (products(made), list(left_out(made))) == ({}, ["row 2"])
    assert "--include-hidden" in left_out(made)["row 2"]
    assert list(products(read(text, includes_hidden=True))) == ["mug"]


def test_a_variation_may_stand_above_its_product_and_inherits() -> None:
    made = read(
        WOO + "9,variation,H-R,Hoodie - Red,1,visible,1,,45,,red.jpg,HOOD,Color,Red\n"
        '7,variable,HOOD,Hoodie,1,visible,1,,,Clothing > Hoodies,a.jpg,,Color,"Blue, Red"\n'
        "10,variation,H-B,Hoodie - Blue,1,visible,0,0,45,,a.jpg,id:7,Color,Blue\n"
        "11,simple,S,Not yet,-1,visible,1,,45,Caps,b.jpg,,,\n"
        "12,simple,H,Hidden,1,hidden,1,,45,Caps,c.jpg,,,\n"
        "13,variation,S-R,Not yet red,1,visible,1,,45,,sr.jpg,S,,\n"
    )
    found = products(made)
    assert list(found) == ["H-R", "HOOD"]
    assert (found["H-R"].fields["category"], found["H-R"].fields["colour"]) == ("Hoodies", "Red")
    assert found["HOOD"].price == 45.0
    assert found["HOOD"].attributes["options"] == "Color: Blue, Red"
    assert list(left_out(made)) == ["row 4", "row 5", "row 6", "row 7"]
    assert "its product stands for it" in left_out(made)["row 4"]


@pytest.mark.parametrize(
    "header",
    [
        "ID,Typ,Artikelnummer,Name,Veröffentlicht,Sichtbarkeit im Katalog,Vorrätig?,"
        "Angebotspreis,Regulärer Preis,Kategorien,Bilder,Übergeordnetes Produkt,"
        "Attribut 1 Name,Attribut 1 Wert(e)",
        "ID,Type,UGS,Nom,Publié,Visibilité dans le catalogue,En stock ?,Tarif promo,"
        "Tarif régulier,Catégories,Images,Parent,Nom de l’attribut 1,Valeur(s) de l’attribut 1",
        "ID,Tipo,SKU,Nombre,Publicado,Visibilidad en el catálogo,¿Existencias?,Precio rebajado,"
        "Precio normal,Categorías,Imágenes,Superior,Nombre del atributo 1,Valor(es) del atributo 1",
    ],
)
def test_woocommerce_speaks_other_languages(header: str) -> None:
    made = read(
        header + '\n1,simple,S1,Stuhl,1,visible,1,"39,90","49,90",Möbel > Stühle,a.jpg,,Farbe,Rot\n'
        "2,simple,S2,Entwurf,-1,visible,1,,5,Möbel,b.jpg,,,\n"
    )
    (row,) = products(made).values()
    assert (row.item_id, row.price, row.fields["colour"]) == ("S1", 39.9, "Rot")
    assert (row.attributes["category_path"], list(left_out(made))) == ("Möbel > Stühle", ["row 3"])


def test_of_several_categories_the_deepest_counts() -> None:
    made = read(
        WOO + '1,simple,S,Tray,1,visible,1,,5,"Sale, Home > Trays\\, flat > Oak",a.jpg,,,\n'
    )
    (row,) = products(made).values()
    assert row.attributes["category_path"] == "Home > Trays, flat > Oak"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Food, Beverages & Tobacco > Bakery > Breads & Buns", "Breads & Buns"),
        ("Outdoor > Sofas, Benches & Sets", "Sofas, Benches & Sets"),
        ("Home > A, Home > B > C", "C"),
        ("Home &gt; Kitchen &amp; Dining", "Kitchen & Dining"),
        ("2271", ""),
        ("<i>Pots</i>", "Pots"),
        ("Mugs", "Mugs"),
    ],
)
def test_a_category_is_the_last_step_of_its_path(path: str, name: str) -> None:
    text = f'id,title,image_link,google_product_category\n1,Bread,a.jpg,"{path}"\n'
    assert products(read(text))["1"].fields["category"] == name


def test_google_as_rss_and_atom() -> None:
    rss = (
        '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>'
        "<title>Shop</title><item><g:id>1</g:id><title>Mug &amp; cup</title>"
        "<g:image_link>a.jpg</g:image_link><g:additional_image_link>b.jpg</g:additional_image_link>"
        "<g:additional_image_link>c.jpg</g:additional_image_link><g:price>9.90 EUR</g:price>"
        "<g:availability>out_of_stock</g:availability><g:shipping><g:price>4 EUR</g:price>"
        "</g:shipping></item></channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">'
        '<entry><g:id>1</g:id><title>Mug &amp; cup</title><link href="https://x/1"/>'
        "<g:image_link>a.jpg</g:image_link><g:additional_image_link>b.jpg</g:additional_image_link>"
        "<g:additional_image_link>c.jpg</g:additional_image_link><g:price>9.90 EUR</g:price>"
        "<g:availability>out of stock</g:availability></entry></feed>"
    )
    for text in (rss, atom):
        (row,) = read(text, "feed.xml")
        assert row == products([row])["1"]
        found = products([row])["1"]
        assert found.pictures == ("a.jpg", "b.jpg", "c.jpg")
        assert (found.fields["title"], found.price) == ("Mug & cup", 9.9)
        assert found.attributes["availability"] == "out of stock"


def test_xml_of_other_names_bad_entities_and_a_missing_end() -> None:
    text = "<shop><wares>" + "".join(
        f"<ware><id>{n}</id><image>{n}.jpg</image><title>Salt &nbsp;& more</title></ware>"
        for n in range(3)
    )
    found = products(read(text + "</wares></shop>", "feed.xml"))
    assert [row.fields["title"] for row in found.values()] == ["Salt & more"] * 3
    made = read(text.replace("ware>", "item>") + "<item><id>9</id>", "feed.xml")
    assert (len(products(made)), list(left_out(made))) == (3, ["feed.xml"])


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE r [<!ENTITY x "y">]><r><item><image>&x;</image></item></r>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><item><image>&x;</image></item></r>',
        "<r>" * 50_000,
        "<html><body>no feed</body></html>",
        "no xml",
    ],
)
def test_xml_that_is_no_feed_is_one_sentence(text: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(text, "feed.xml")
    assert len(str(caught.value)) < 200


def test_a_storefronts_products_json() -> None:
    document = {
        "products": [
            {
                "id": 1,
                "handle": "mug",
                "title": "Mug",
                "vendor": "Acme",
                "product_type": "Mugs",
                "images": [{"src": "//cdn.x/a,b.jpg"}, {"src": "https://cdn.x/c.jpg"}],
                "options": [{"name": "Color", "values": ["Navy", "Sand"]}],
                "variants": [
                    {"option1": "Navy", "price": "19.90", "sku": "M1", "available": False},
                    {"option1": "Sand", "price": "21.00", "sku": "M2", "available": True},
                ],
            },
            {"handle": "bare", "title": "Bare", "images": []},
            {"handle": "late", "title": "Late", "status": "draft", "images": [{"src": "x.jpg"}]},
        ]
    }
    made = read(json.dumps(document), "products.json")
    (mug,) = products(made).values()
    assert mug.pictures == ("https://cdn.x/a,b.jpg", "https://cdn.x/c.jpg")
    assert (mug.item_id, mug.price, mug.fields["colour"]) == ("mug", 19.9, "Navy")
    assert (mug.attributes["options"], mug.attributes["availability"]) == (
        "Color: Navy, Sand",
        "in stock",
    )
    assert list(left_out(made)) == ["item 2", "item 3"]


def test_magento() -> None:
    made = read(
        "sku,store_view_code,attribute_set_code,product_type,categories,name,price,special_price,"
        "base_image,additional_images,visibility,qty,additional_attributes\n"
        '24-MB01,,Bag,simple,"Default Category/Gear,Default Category/Gear/Bags",Bag,34.0000,29.5,'
        '/m/b/a.jpg,"/m/b/a.jpg,/m/b/b.jpg","Catalog, Search",0,"color=Blue,material=Jute"\n'
        "24-MB01,de,Bag,simple,,Tasche,,,,,,,\n"
        "24-S,,Bag,simple,,Small,3,,/s.jpg,,Not Visible Individually,1,\n"
    )
    (bag,) = products(made).values()
    assert bag.pictures == ("/m/b/a.jpg", "/m/b/b.jpg")
    assert (bag.fields["category"], bag.fields["colour"], bag.price) == ("Bags", "Blue", 29.5)
    assert bag.attributes["regular_price"] == "34"
    assert list(left_out(made)) == ["row 3", "row 4"]


def test_prestashop_and_columns_whose_names_hold_commas() -> None:
    text = (
        "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Reference #;"
        "Manufacturer;Image URLs (x,y,z...)\n"
        "1;1;Nano;Home,Players;100;RP-1;Appel;n1.jpg,n2.jpg\n2;0;Old;Players;60,5;RP-2;Appel;s.jpg\n"
    )
    made = read(text)
    (nano,) = products(made).values()
    assert (nano.item_id, nano.pictures) == ("RP-1", ("n1.jpg", "n2.jpg"))
    assert (nano.fields["category"], nano.fields["brand"], nano.price) == ("Players", "Appel", 100)
    assert list(left_out(made)) == ["row 3"]
    mapped = products(read(text, brand="Categories (x,y,z...)", id="product id"))
    assert mapped["1"].fields["brand"] == "Home,Players"


def test_wix_variants_stand_below_their_product() -> None:
    made = read(
        "handleId,fieldType,name,productImageUrl,collection,sku,price,visible,brand,"
        "productOptionName1,productOptionDescription1,inventory\n"
        "p1,Product,Cat toy,7_a~mv2.jpg;7_b~mv2.jpg,Cats;Toys,T-1,9.5,TRUE,Acme,Color,"
        "#ff0000:Red;#0000ff:Blue,InStock\n"
        "p1,Variant,,,,T-1-R,,,,,#ff0000:Red,\n"
        "p2,Product,Dog toy,7_c~mv2.jpg,Dogs,T-2,12,FALSE,Acme,,,OutOfStock\n"
    )
    (toy,) = products(made).values()
    assert toy.pictures == ("7_a~mv2.jpg", "7_b~mv2.jpg")
    assert (toy.fields["category"], toy.attributes["options"]) == ("Cats", "Color: Red, Blue")
    assert toy.attributes["availability"] == "in stock"
    assert list(left_out(made)) == ["row 4"]


def test_kaggle_names_pictures_by_id() -> None:
    text = (
        "id,gender,masterCategory,subCategory,articleType,baseColour,productDisplayName\n"
        "1163,Men,Apparel,Topwear,Tshirts,Blue,Green, Black & White Shirt\n"
    )
    (row,) = products(read(text)).values()
    assert (row.pictures, row.fields["title"]) == (("1163",), "Green, Black & White Shirt")
    assert (row.fields["category"], row.fields["colour"]) == ("Tshirts", "Blue")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("https://x/801_foil,p-7,s-7.jpg", 1),
        ("https://x/123_High_Street,_London.jpg", 1),
        ("https://x/upload/c_fill,w_400,h_400/mug.jpg", 1),
        ("https://x/upload/c_fill,w_400/a.jpg, https://x/b;v=1|2.jpg", 2),
        ("https://x/a.jpg|https://x/b.jpg;//x/c.jpg https://x/d.jpg", 4),
        ("https://x/fetch/https://y/a.jpg,https://x/b.jpg", 2),
        ("a.jpg,b.jpg;c.png|d.webp", 4),
        ("cups, large.jpg", 1),
        ("a.jpg, cups, large.jpg", 2),
        ("a.jpg,", 1),
        ("data:image/png;base64,AAAA", 1),
        ("", 0),
    ],
)
def test_a_list_is_split_where_another_picture_begins(cell: str, found: int) -> None:
    pictures = split_pictures(cell)
    assert len(pictures) == found
    assert all("," not in each or each.count("/") or "cups" in each for each in pictures)


def test_links_without_a_scheme_are_https_and_parameters_stay() -> None:
    assert split_pictures("//x/a.jpg") == ["https://x/a.jpg"]
    assert split_pictures("www.x.com/a.jpg") == ["https://www.x.com/a.jpg"]
    assert split_pictures("https://x/a?b=1&amp;copy=2") == ["https://x/a?b=1&copy=2"]


def test_an_unknown_table_gets_a_guess() -> None:
    text = "Ref no,Foto,Marke,Bezeichnung,Preis\n1,a.jpg,Acme,Mug,5\n2,b.jpg,Acme,Pot,6\n"
    overview = look_into(text.encode(), "feed.csv")
    assert overview.columns == {
        "image": "Foto",
        "id": "Ref no",
        "title": "Bezeichnung",
        "brand": "Marke",
        "price": "Preis",
    }
    with pytest.raises(CatalogueError, match='--map "image=Foto,id=Ref no,title=Bezeichnung'):
        read(text)


def test_every_format_is_known_by_its_own_signs() -> None:
    for each in FORMATS:
        for sign in each.signs:
            assert recognise(sorted(sign)) is each, (each.name, sign)

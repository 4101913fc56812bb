"""Which request comes when: a sequence without an end that follows from its seed alone."""

from collections.abc import Iterator

from .customers import Customers
from .orders import Orders
from .products import Products
from .request import Request
from .shop import Shop


def plan(seed: int, catalogue: bool = True) -> Iterator[Request]:
    """The same for the same seed, whatever is answered and whenever it is sent; the first n of it are the plan of n requests. Without
    the catalogue, only orders are sent, and moved on."""
    shop = Shop(seed)
    orders, products, customers = Orders(shop), Products(shop), Customers(shop)
    # How often each is done, in thousandths of all that is done.
    shares = {
        orders.place: 300, orders.place_wrongly: 40, orders.place_again: 30, orders.reuse_request_id: 8,
        orders.pay: 150, orders.ship: 115, orders.deliver: 90, orders.cancel: 45, orders.move_again: 15, orders.move_wrongly: 25,
        orders.get: 45, orders.list: 27,
    } | ({
        products.add: 8, products.add_again: 2, products.add_wrongly: 3, products.stock: 20, products.count: 3,
        products.take_too_many: 2, products.reprice: 8, products.describe: 4, products.change_wrongly: 4, products.delete: 3,
        products.undelete: 2, products.look_up: 8, products.look_up_several: 5, products.browse: 10, products.see_stock: 6,
        customers.add: 10, customers.add_again: 1, customers.add_wrongly: 2, customers.change: 4, customers.change_wrongly: 2,
        customers.delete: 1, customers.look_up: 3, customers.search: 2,
    } if catalogue else {})  # fmt: skip
    while True:
        (make,) = shop.rng.choices(list(shares), list(shares.values()))
        yield make() or orders.place()
        shop.number += 1

-- $1 where the expiry has come to.
UPDATE orders.expiry SET position = $1::uuid WHERE one AND position < $1::uuid

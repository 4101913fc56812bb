-- A customer's address is refused where it is written when no mail could ever be sent to it: with a name or blanks around
-- it, or without a domain. Coarser than validation's grammar, which has the last word. For rows to come: one that is older
-- is told to whoever orders for that customer (CUSTOMER_EMAIL_MALFORMED), and can be written again only when it is mended.
ALTER TABLE catalog.customers
  ADD CONSTRAINT customers_email_form
  CHECK (email = '' OR email ~ '^[^][:space:][:cntrl:]@<>()[,;:"\\]+@([^][:space:][:cntrl:]@<>()[,;:"\\.]+\.)+[^][:space:][:cntrl:]@<>()[,;:"\\.]+$') NOT VALID;

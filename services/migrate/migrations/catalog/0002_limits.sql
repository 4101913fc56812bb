-- What validation can't take is refused where it is written: texts that are too long for an order, and currencies that are
-- none. For rows to come: those that are there are checked by the next migration, in a transaction of its own, since this
-- one's locks would keep everyone out for as long as it takes.

-- ISO 4217 as published on 2026-01-01, with its funds codes, and withdrawn codes that orders may be stored in; the digits
-- are those behind the decimal point. What has no minor unit (metals, units of account, no currency) is left out. A
-- currency is added here by a migration, and in validation's own table.
CREATE TABLE catalog.currencies (
  code   text     PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
  digits smallint NOT NULL CHECK (digits BETWEEN 0 AND 4)
);
INSERT INTO catalog.currencies (digits, code)
SELECT 0, unnest(string_to_array('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', ' '))
UNION ALL
SELECT 2, unnest(string_to_array(
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE '
  'CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD '
  'HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP '
  'MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR '
  'SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED '
  'VES WST XAD XCD XCG YER ZAR ZMW ZWG ZWL', ' '))
UNION ALL
SELECT 3, unnest(string_to_array('BHD IQD JOD KWD LYD OMR TND', ' '))
UNION ALL
SELECT 4, unnest(string_to_array('CLF UYW', ' '));

-- Limits as in the contract. SKUs, ids and addresses are counted in bytes, what people read in characters.
ALTER TABLE catalog.products
  ADD CONSTRAINT products_sku_limit CHECK (octet_length(sku) <= 64) NOT VALID,
  ADD CONSTRAINT products_name_limit CHECK (char_length(name) <= 200) NOT VALID,
  ADD CONSTRAINT products_description_limit CHECK (char_length(description) <= 10000) NOT VALID,
  ADD CONSTRAINT products_category_limit CHECK (char_length(category) <= 100) NOT VALID,
  ADD CONSTRAINT products_brand_limit CHECK (char_length(brand) <= 100) NOT VALID,
  ADD CONSTRAINT products_attributes_limit CHECK (octet_length(attributes::text) <= 16384) NOT VALID,
  ADD CONSTRAINT products_currency_known FOREIGN KEY (currency) REFERENCES catalog.currencies (code) NOT VALID;
ALTER TABLE catalog.customers
  ADD CONSTRAINT customers_id_limit CHECK (octet_length(id) <= 64) NOT VALID,
  ADD CONSTRAINT customers_name_limit CHECK (char_length(name) <= 200) NOT VALID,
  ADD CONSTRAINT customers_email_limit CHECK (octet_length(email) <= 254) NOT VALID;

-- Where the catalogue's feed has been applied up to: as analytics.offsets.
CREATE TABLE catalog.feed_offsets (
  topic         text    NOT NULL,
  partition     integer NOT NULL,
  next_offset   bigint  NOT NULL,
  last_event_id uuid,
  lost_records  bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
);

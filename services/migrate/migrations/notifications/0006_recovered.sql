-- Whether a notification with an error was sent in the end: what failed for good is found without walking past all that had
-- trouble once. It is false for what was sent at the first attempt, which so writes no index.
ALTER TABLE notifications.notifications ADD COLUMN recovered boolean NOT NULL DEFAULT false;

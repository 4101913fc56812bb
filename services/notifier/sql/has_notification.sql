SELECT 1 FROM notifications.notifications WHERE id = $1

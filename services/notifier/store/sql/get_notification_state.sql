SELECT state FROM notifications.notifications WHERE id = $1

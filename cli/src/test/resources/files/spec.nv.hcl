path         = "app/db"
modify_index = 12

items {
  user     = "me"
  password = "pa\"ss"
}

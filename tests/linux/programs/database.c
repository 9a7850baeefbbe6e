// SPDX-License-Identifier: GPL-2.0-or-later
// A database in a file: tables, indexes, transactions, joins, triggers, text search by pattern, a roll-back, a second
// connection, and a task that dies in the middle of a transaction.
#include <signal.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "show.h"

static sqlite3* database;

static int print_row(void* unused, int columns, char** values, char** names) {
  for (int i = 0; i < columns; i++) printf("%s%s", i == 0 ? "" : "|", values[i] == NULL ? "NULL" : values[i]);
  putchar('\n');
  return 0;
}

static void run(const char* sql) {
  char* error = NULL;
  const int code = sqlite3_exec(database, sql, print_row, NULL, &error);
  if (code != SQLITE_OK) printf("error %d: %s\n", code, error);
  sqlite3_free(error);
}

static void fill(int rows) {
  sqlite3_stmt* statement;
  run("BEGIN");
  SHOW(sqlite3_prepare_v2(database, "INSERT INTO item(name, price, kind) VALUES (?, ?, ?)", -1, &statement, NULL));
  unsigned state = 1;
  for (int i = 0; i < rows; i++) {
    char name[32];
    state = state * 1103515245 + 12345;
    snprintf(name, sizeof(name), "item-%u", state >> 16 & 0x7fff);
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
    sqlite3_bind_double(statement, 2, (state >> 8 & 0xffff) / 100.0);
    sqlite3_bind_int(statement, 3, i % 7);
    if (sqlite3_step(statement) != SQLITE_DONE) printf("row %d: %s\n", i, sqlite3_errmsg(database));
    sqlite3_reset(statement);
  }
  sqlite3_finalize(statement);
  run("COMMIT");
}

static void die_in_a_transaction(void) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* own;
    sqlite3_open("shop.db", &own);
    sqlite3_exec(own, "PRAGMA cache_size = 5; BEGIN; UPDATE item SET price = 0; DELETE FROM kind", NULL, NULL, NULL);
    raise(SIGKILL);
  }
  int status = 0;
  SHOW(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
}

int main(void) {
  enter_directory();
  SHOW(sqlite3_open("shop.db", &database));
  run("PRAGMA journal_mode");
  run("CREATE TABLE kind(id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
  run("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, kind INTEGER REFERENCES kind(id))");
  run("CREATE TABLE history(item INTEGER, old REAL, new REAL)");
  run("CREATE TRIGGER changed AFTER UPDATE OF price ON item WHEN old.price <> new.price BEGIN "
      "INSERT INTO history VALUES (old.id, old.price, new.price); END");
  run("INSERT INTO kind VALUES (0,'tool'),(1,'toy'),(2,'book'),(3,'food'),(4,'shoe'),(5,'lamp'),(6,'seed')");
  run("INSERT INTO kind VALUES (7,'tool')");
  fill(3000);
  run("SELECT count(*), round(sum(price), 2), min(name), max(name) FROM item");
  run("CREATE INDEX by_name ON item(name)");
  run("EXPLAIN QUERY PLAN SELECT id FROM item WHERE name = 'item-77'");
  run("SELECT kind.name, count(*), round(avg(price), 3) FROM item JOIN kind ON kind.id = item.kind GROUP BY 1 ORDER BY 3 DESC");
  run("SELECT name, price FROM item WHERE name LIKE 'item-12%' AND price < 100 ORDER BY price, name LIMIT 5");
  run("BEGIN; UPDATE item SET price = price * 2 WHERE kind = 2; SELECT count(*) FROM history; ROLLBACK");
  run("SELECT count(*) FROM history");
  run("UPDATE item SET price = price + 1 WHERE id % 100 = 0; SELECT count(*), round(sum(new - old), 3) FROM history");
  run("DELETE FROM item WHERE id % 3 = 0; SELECT count(*) FROM item");
  run("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100) SELECT sum(x) FROM n");
  die_in_a_transaction();
  SHOW(sqlite3_close(database));
  SHOW(sqlite3_open("shop.db", &database));
  run("SELECT count(*), round(sum(price), 2) FROM item");
  run("SELECT count(*) FROM kind");
  run("VACUUM; PRAGMA integrity_check");
  SHOW(sqlite3_close(database));
  SHOW(access("shop.db-journal", F_OK));
  SHOW(unlink("shop.db"));
  leave_directory();
  return 0;
}
